"""Every error says what it is, what to do, and where to read about it."""

import ast
from pathlib import Path

import pytest

from accounts.issuing import issue_key
from billing.ledger import MICRO, limit_key
from playground.codes import CODES

IMAGES = "/v1/images/generations"
ROOT = Path(__file__).resolve().parents[2] / "playground"
KEYS = {"message", "type", "param", "code", "hint", "docs_url"}


def codes_said(tree):
    """Return what is passed or kept as `code`, where it is written out."""
    for node in ast.walk(tree):
        said = None
        if isinstance(node, ast.keyword) and node.arg in ("code", "error_code"):
            said = node.value
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "code":
            said = node.value
        if isinstance(said, ast.Constant) and said.value:
            yield said.value


@pytest.mark.check
def test_every_code_that_is_said_anywhere_is_explained():
    rooms = [ROOT / "api", ROOT / "generation"]
    modules = [file for room in rooms for file in room.glob("*.py")]
    said = {
        code for file in modules for code in codes_said(ast.parse(file.read_text()))
    }

    assert len(said) > 20
    assert said - set(CODES) == set()


def test_the_address_of_an_error_leads_to_its_explanation(api, alice):
    error = api.post(IMAGES, as_=alice, prompt="").json()["error"]
    page, _, anchor = error["docs_url"].partition("#")

    explained = api.get(page)

    assert (explained.status_code, anchor) == (200, error["code"])
    assert f'id="{anchor}"' in explained.text
    assert str(CODES[anchor].hint) == error["hint"]


def test_an_empty_wallet_is_told_the_figures(api, bob):
    error = api.post(IMAGES, as_=bob, prompt="a fox", n=3).json()["error"]

    assert (error["required_credits"], error["available_credits"]) == (3, 0)


def test_a_key_at_its_limit_is_told_the_figures(api, alice):
    key, secret = issue_key(alice.account, name="capped")
    limit_key(alice.account.pk, key.pk, "day", 2 * MICRO)

    error = api.post(IMAGES, as_=secret, prompt="a fox", n=3).json()["error"]

    assert error["code"] == "budget_exceeded"
    assert (error["required_credits"], error["available_credits"]) == (3, 2)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/v1/nothing", None, {}, 404),
        ("GET", IMAGES, None, {}, 405),
        ("POST", IMAGES, b"a" * 1_100_000, {}, 413),
        ("POST", "/v1/images/edits", b"a", {"Content-Type": "text/plain"}, 415),
        ("GET", "/v1/models", None, {"Authorization": "Bearer no"}, 401),
        ("POST", IMAGES, b"{}", {"Host": "evil.example"}, 400),
    ],
)
def test_what_goes_wrong_at_the_door_has_the_same_envelope(
    api, alice, method, path, body, headers, status
):
    said = {"Authorization": f"Bearer {alice.secret}", **headers}
    answer = api.request(method, path, data=body, headers=said)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == KEYS
    assert answer.headers["x-request-id"]
