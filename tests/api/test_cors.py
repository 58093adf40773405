"""Pages of other sites: only those the operator named may call the API."""

import pytest

from tests.services.commands import run

APP = "https://app.example.com"
ASKED = (
    "authorization, content-type, idempotency-key, x-goog-api-key, x-goog-api-client,"
    " x-stainless-retry-count, x-stainless-lang"
)


def preflight(api, path, origin=APP, asked=ASKED):
    return api.request(
        "OPTIONS",
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )


@pytest.fixture
def invited(settings):
    settings.CORS_ORIGINS = [APP]


@pytest.mark.parametrize("origin", [APP, "null", "*", "http://127.0.0.1"])
def test_by_default_no_other_site_gets_an_answer(api, alice, origin):
    asked = preflight(api, "/v1/images/generations", origin)
    answer = api.get("/v1/models", as_=alice, origin=origin)

    assert asked.status_code != 204
    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/images/generations",
        "/openai/v1/images/edits",
        "/v1/requests/img_1/payloads",
        "/v1/models/sketch-1:generateContent",
        "/mcp",
    ],
)
def test_a_named_site_may_call_with_what_clients_send(api, books_db, invited, path):
    answer = preflight(api, path)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-headers"] == ASKED.replace("  ", " ")
    assert "DELETE" in answer.headers["access-control-allow-methods"]


def test_a_named_site_can_read_answers_and_errors(api, alice, invited):
    answer = api.get("/v1/models", as_=alice, origin=APP)
    refused = api.get("/v1/models", origin=APP)

    for one in (answer, refused):
        assert one.headers["access-control-allow-origin"] == APP
        assert "x-request-id" in one.headers["access-control-expose-headers"]
        assert one.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in one.headers


@pytest.mark.parametrize(
    "origin", ["https://app.example.com.evil.example", "http://app.example.com", "null"]
)
def test_a_site_that_is_merely_like_it_may_not(api, alice, invited, origin):
    asked = preflight(api, "/v1/models", origin)
    answer = api.get("/v1/models", as_=alice, origin=origin)

    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in answer.headers


def test_an_agent_in_a_page_of_a_named_site_only_is_let_in(api, alice, invited):
    line = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    hello = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'

    def knock(origin):
        named = {**line, "Origin": origin}
        return api.request("POST", "/mcp", as_=alice, data=hello, headers=named)

    asked = "authorization, content-type, mcp-protocol-version, mcp-session-id"
    assert (
        preflight(api, "/mcp", asked=asked).headers["access-control-allow-headers"]
        == asked
    )
    assert knock(APP).status_code == 200
    assert knock(APP).headers["access-control-allow-origin"] == APP
    assert knock("https://b.example").status_code == 403
    refused = preflight(api, "/mcp", "https://b.example")
    assert "access-control-allow-origin" not in refused.headers


def test_headers_nobody_knows_are_not_let_through(api, books_db, invited):
    answer = preflight(api, "/v1/models", asked="authorization, cookie, x-evil")

    assert answer.headers["access-control-allow-headers"] == "authorization"


@pytest.mark.check
@pytest.mark.parametrize("origin", ["*", "app.example.com", "https://a.example/path"])
def test_what_is_no_origin_stops_the_start(origin, tmp_path):
    settings = {"EASEL_CORS_ORIGINS": origin, "EASEL_DATA_DIR": str(tmp_path)}

    result = run("manage.py", "check", **settings)

    assert result.returncode == 1
    assert "EASEL_CORS_ORIGINS" in result.stderr
