"""Pictures inside JSON: the quick way of reading finds what the plain one would."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.generation.providers.encoded import (
    LONG,
    SMALL,
    Document,
    NotReadable,
    decoded,
    looks_like_a_picture,
)
from playground.generation.providers.internet import is_private

awkward = st.text(st.sampled_from('"\\/{}[]:,b64_json\n é'))
long_ones = st.sampled_from(["A" * LONG * 2, "/9j/" * LONG, 'B"' * LONG, "\\" * LONG])
values = st.recursive(
    awkward | long_ones | st.integers(-(2**53), 2**53) | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(awkward, inner),
    max_leaves=8,
)


def whole(document, value):
    """The document with its cuttings put back."""
    if isinstance(value, dict):
        return {name: whole(document, one) for name, one in value.items()}
    if isinstance(value, list):
        return [whole(document, one) for one in value]
    text = document.text(value)
    if text is None:
        return value
    return text if isinstance(text, str) else bytes(text).decode()


@given(st.lists(values), st.booleans())
def test_a_large_document_reads_as_a_plain_parser_would(entries, is_ascii):
    tree = {"filling": "F" * SMALL, "data": entries}
    body = bytearray(json.dumps(tree, ensure_ascii=is_ascii).encode())
    document = Document.read(body)
    assert whole(document, document.tree) == tree


@pytest.mark.parametrize("before", ["", "a \\", 'a "quote"', "a \\\\"])
def test_a_long_string_is_not_copied_whatever_stands_before_it(before):
    tree = {"revised_prompt": before, "b64_json": "A" * SMALL * 2}
    document = Document.read(bytearray(json.dumps(tree).encode()))
    assert document.tree["revised_prompt"] == before
    assert isinstance(document.text(document.tree["b64_json"]), memoryview)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"data": [',
        b"[" * 70_000,
        b'"' * 70_001,
        b'{"a": "' + b"A" * 70_000,
    ],
)
def test_what_is_not_json_is_said_to_be_unreadable(body):
    with pytest.raises(NotReadable):
        Document.read(bytearray(body))


def test_many_small_strings_are_parsed_as_usual():
    tree = {"words": ["a"] * 20_000, "last": "A" * SMALL}
    document = Document.read(bytearray(json.dumps(tree).encode()))
    assert document.tree == tree


@given(st.binary(), st.booleans(), st.booleans(), st.booleans())
def test_base64_is_read_in_every_spelling(data, is_urlsafe, is_padded, is_data_uri):
    text = (urlsafe_b64encode if is_urlsafe else b64encode)(data).decode()
    text = text if is_padded else text.rstrip("=")
    text = f"data:image/png;base64,{text}" if is_data_uri else text
    assert decoded(text).data == data
    assert decoded(memoryview(text.encode())).data == data
    lines = "\r\n".join(text[at : at + 30] for at in range(0, len(text), 30))
    assert decoded(lines).data == data


@given(st.binary(), st.sampled_from(["", "data:image/png;base64,"]))
def test_base64_in_the_standard_spelling_can_be_passed_on(data, start):
    text = b64encode(data)
    assert bytes(decoded(start + text.decode()).base64) == text


@pytest.mark.parametrize("text", ["-_-_", "QUJD\nQUJD", "QQ"])
def test_base64_in_another_spelling_is_not_passed_on(text):
    assert decoded(text).base64 is None


@pytest.mark.parametrize("text", ["%%%", "A", "é", "data:text/plain,hello", "data:"])
def test_what_is_not_base64_is_said_to_be_unreadable(text):
    with pytest.raises(NotReadable):
        decoded(text)


@pytest.mark.parametrize(
    ("data", "is_picture"),
    [
        (b"\x89PNG\r\n\x1a\n....", True),
        (b"\xff\xd8\xff\xe0....", True),
        (b"RIFF....WEBPVP8 ", True),
        (b"\x00\x00\x00\x1cftypavif", True),
        (b"GIF89a", True),
        (b"RIFF....WAVEfmt ", False),
        (b"........WEBPVP8 ", False),
        (b"<html>", False),
        (b'{"error": 1}', False),
        (b"", False),
    ],
)
def test_a_picture_is_told_from_other_things_by_its_first_bytes(data, is_picture):
    assert looks_like_a_picture(data) == is_picture


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("8.8.8.8", False),
        ("2606:4700:4700::1111", False),
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("192.168.1.1", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("ff02::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("2002:7f00:1::", True),
        ("64:ff9b::7f00:1", True),
        ("64:ff9b::808:808", False),
    ],
)
def test_a_private_address_is_known_however_it_is_wrapped(address, private):
    assert is_private(address) == private
