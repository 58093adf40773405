"""What an operator may say about a compatible server, and what is mended for him."""

import pytest

from playground.generation.providers.compatible import servers_from
from playground.generation.providers.servers import normalised


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("http://127.0.0.1:8188", "http://127.0.0.1:8188/v1/images/generations"),
        ("http://127.0.0.1:8188/", "http://127.0.0.1:8188/v1/images/generations"),
        ("http://127.0.0.1:8188/v1", "http://127.0.0.1:8188/v1/images/generations"),
        (" https://a.example/v1/ ", "https://a.example/v1/images/generations"),
        ("https://a.example/v1/v1", "https://a.example/v1/images/generations"),
        ("https://a.example//v1//", "https://a.example/v1/images/generations"),
        (
            "https://a.example/v1/images/generations",
            "https://a.example/v1/images/generations",
        ),
        ("https://a.example/api/v3", "https://a.example/api/v3/images/generations"),
        (
            "https://a.example/openai/deployments/x?api-version=2026-01-01",
            "https://a.example/openai/deployments/x/images/generations"
            "?api-version=2026-01-01",
        ),
    ],
)
def test_the_usual_mistakes_in_an_address_are_mended(written, asked):
    [server] = servers_from({"next-door": {"base_url": written}}).values()
    assert str(server.endpoint_for(editing=False)) == asked


def test_a_server_needs_nothing_but_its_address():
    server = servers_from({"next-door": {"base_url": "https://a.example"}})["next-door"]
    assert server.name == "next-door"
    assert not server.is_local
    assert server.credentials == {}
    assert server.response_format == "b64_json"


def test_several_servers_stand_side_by_side():
    said = {"one": {"base_url": "http://a"}, "two": {"base_url": "http://b/v3"}}
    assert [str(one.base_url) for one in servers_from(said).values()] == [
        "http://a/v1",
        "http://b/v3",
    ]


def test_a_key_is_not_shown_when_a_server_is_printed():
    said = {"base_url": "https://a.example", "api_key": "sk-secret"}
    assert "sk-secret" not in repr(servers_from({"next-door": said}))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("base_url", "ftp://a.example", "http or https address, not 'ftp://a.example'"),
        ("base_url", "a.example/v1", "http or https address"),
        ("base_url", "http://[nowhere", "http or https address"),
        ("base_url", 8188, "http or https address"),
        ("base_url", "https://me:secret@a.example", "without user, password"),
        ("api_key", 42, "text on one line"),
        ("api_key", "two\nlines", "text on one line"),
        ("auth_header", "api key", "the name of a header"),
        ("local", "yes", "true or false"),
        ("previews", 1, "true or false"),
        ("timeout_seconds", 0, "a number above 0"),
        ("timeout_seconds", True, "a number above 0"),
        ("timeout_seconds", "180", "a number above 0"),
        ("fields", ["n", "steps"], "a list of n, negative_prompt"),
        ("fields", "n", "a list of n, negative_prompt"),
        ("size_format", "big", "one of 1024x1024, 1024*1024"),
        ("size_format", ["2K"], "one of 1024x1024, 1024*1024"),
        ("response_format", "png", "b64_json, url or null"),
        ("max_picture_megabytes", -1, "a number above 0"),
        ("edits", "image", "one of form:image"),
        ("edits_endpoint", "https://b.example/edits", "a path below the base"),
    ],
)
def test_a_wrong_value_is_named_with_its_server_and_field(field, value, words):
    said = {"base_url": "https://a.example", field: value}
    with pytest.raises(ValueError) as caught:
        servers_from({"next-door": said})
    assert f'EASEL_COMPATIBLE_SERVERS: "next-door": "{field}" must be' in str(
        caught.value
    )
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("{}", "must be an object of servers by name"),
        ({"Next Door": {}}, '"Next Door" must be a name'),
        ({"next-door": "http://a"}, '"next-door" must be an object'),
        ({"next-door": {}}, '"next-door": "base_url" is missing'),
        ({"next-door": {"url": "http://a"}}, 'unknown field "url"; known: base_url'),
    ],
)
def test_a_wrong_setting_says_what_is_wrong(setting, words):
    with pytest.raises(ValueError) as caught:
        servers_from(setting)
    assert words in str(caught.value)


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(ValueError) as caught:
        normalised("https://me:secret@a.example")
    assert "secret" not in str(caught.value)
