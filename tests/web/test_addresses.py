"""Only what a trusted proxy added to the forwarded addresses counts."""

import pytest

from playground.addresses import client_address

pytestmark = pytest.mark.check
OURS = ["10.0.0.0/8", "::1", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.2.3.4", "198.51.100.7"),
        ("10.0.0.1", "10.9.9.9, 10.2.3.4", "10.9.9.9"),
        ("10.0.0.1", "198.51.100.7, nonsense, 10.2.3.4", "10.2.3.4"),
        ("10.0.0.1", "198.51.100.7:5123", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("10.0.0.1", '"[2001:db8::7]"', "2001:db8::7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::1", "198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_address_is_the_first_hop_nobody_of_ours_vouches_for(
    peer, forwarded, expected
):
    meta = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    scope = {
        "client": (peer, 40000),
        "headers": [(b"X-Forwarded-For", forwarded.encode())],
    }
    assert client_address(meta, OURS) == expected
    assert client_address(scope, OURS) == expected


def test_without_trusted_proxies_nobody_can_pretend():
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}
    assert client_address(meta, []) == "10.0.0.1"


def test_several_header_lines_are_one_list():
    scope = {
        "client": ("10.0.0.1", 1),
        "headers": [
            (b"x-forwarded-for", b"6.6.6.6"),
            (b"x-forwarded-for", b"198.51.100.7, 10.1.1.1"),
        ],
    }
    assert client_address(scope, OURS) == "198.51.100.7"


def test_a_socket_without_an_address_has_none():
    assert client_address({"client": None, "headers": []}, OURS) == ""


def test_a_wrong_entry_in_the_setting_is_said_aloud():
    with pytest.raises(ValueError, match="not-an-address"):
        client_address({"REMOTE_ADDR": "10.0.0.1"}, ["not-an-address"])
