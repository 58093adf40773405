"""Coding agents at /mcp, as the official SDK's client speaks for them."""

import asyncio
import base64
import io
import json
from dataclasses import dataclass

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

from accounts.issuing import issue_key
from playground.generation.audit import audit
from playground.generation.tasks import take_turn

FOX = {"prompt": "a fox", "model": "sketch-1", "resolution": "0.5K"}


@pytest.fixture(autouse=True)
def books_that_balance(books_db):
    yield
    assert audit() == []


@dataclass(frozen=True)
class Agent:
    """An agent with a key: `agent.calls("get_balance")`."""

    base_url: str
    secret: str
    mode: str

    async def _connected(self, then):
        headers = {"Authorization": f"Bearer {self.secret}"}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            line = streamable_http_client(f"{self.base_url}/mcp", http_client=http)
            async with Client(line, mode=self.mode) as client:
                return await then(client)

    def does(self, then):
        return asyncio.run(self._connected(then))

    def calls(self, tool, **arguments):
        return self.does(lambda client: client.call_tool(tool, arguments))


@pytest.fixture
def agent(api, alice):
    """Alice's agent, who speaks the protocol's newest version."""
    return Agent(api.base_url, alice.secret, "auto")


def pictures_in(answer):
    blocks = [block for block in answer.content if block.type == "image"]
    return [Image.open(io.BytesIO(base64.b64decode(block.data))) for block in blocks]


def test_an_agent_finds_tools_that_say_what_they_take_and_answer(agent):
    found = agent.does(lambda client: client.list_tools()).tools

    assert [tool.name for tool in found] == [
        "generate_image",
        "edit_image",
        "list_models",
        "get_balance",
        "get_task",
    ]
    assert found[0].input_schema["required"] == ["prompt"]
    assert all("pictures" in tool.output_schema["properties"] for tool in found[:2])
    assert [tool.annotations.read_only_hint for tool in found] == [False] * 2 + [
        True
    ] * 3


def test_an_agent_paints_edits_and_pays_like_anybody(agent, api, alice):
    painted = agent.calls("generate_image", **FOX, n=2)
    first = painted.structured_content["pictures"][0]
    edited = agent.calls("edit_image", **FOX, images=[first["id"]])
    left = agent.calls("get_balance").structured_content

    assert painted.structured_content["charged"] == {
        "credits": 2,
        "microcredits": 2_000_000,
    }
    assert [picture.size for picture in pictures_in(painted)] == [(512, 512)] * 2
    assert api.get(first["url"]).headers["Content-Type"] == "image/png"
    assert not edited.is_error and len(pictures_in(edited)) == 1
    assert left["available"]["credits"] == alice.credits() == 97
    task = agent.calls("get_task", task_id=painted.structured_content["task_id"])
    assert task.structured_content["pictures"][0]["id"] == first["id"]


def test_an_agent_of_the_older_protocol_is_served_too(api, alice):
    answer = Agent(api.base_url, alice.secret, "legacy").calls("generate_image", **FOX)

    assert answer.structured_content["charged"]["credits"] == 1
    assert pictures_in(answer)[0].size == (512, 512)


def test_a_large_picture_is_shown_small_and_linked_whole(agent):
    answer = agent.calls("generate_image", **{**FOX, "resolution": "2K"})

    picture = answer.structured_content["pictures"][0]
    link = [block for block in answer.content if block.type == "resource_link"][0]
    assert (picture["width"], picture["shown"]) == (2048, "small")
    assert pictures_in(answer)[0].size == (640, 640)
    assert (link.uri, link.size) == (picture["url"], picture["bytes"])


def test_a_repeated_call_is_painted_once(agent, alice):
    first = agent.calls("generate_image", **FOX, idempotency_key="mine")
    again = agent.calls("generate_image", **FOX, idempotency_key="mine")

    assert first.structured_content["task_id"] == again.structured_content["task_id"]
    assert again.structured_content["is_replay"] and pictures_in(again)
    assert alice.credits() == 99


def test_an_agent_need_not_wait(agent, alice):
    queued = agent.calls("generate_image", **FOX, background=True).structured_content
    take_turn("api")
    task = agent.calls("get_task", task_id=queued["task_id"])

    assert (queued["status"], queued["held"]["credits"]) == ("queued", 1)
    assert task.structured_content["status"] == "succeeded" and pictures_in(task)


def test_an_agent_learns_what_a_model_costs(agent):
    listed = agent.calls("list_models").structured_content
    one = agent.calls("list_models", model="sketch-1").structured_content["models"][0]

    assert [model["id"] for model in listed["models"]] == ["sketch-1"]
    assert {price["tier"]: price["credits"] for price in one["prices"]}["4K"] == 2


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "words"),
    [
        ("generate_image", {"prompt": "x", "model": "nothing"}, "model_not_found", "nothing"),
        ("generate_image", {"prompt": "x", "colour": "red"}, "invalid_value", "colour"),
        ("generate_image", {}, "invalid_value", "prompt"),
        ("edit_image", {"prompt": "x", "images": ["pic_0"]}, "picture_not_found", "pic_0"),
        ("get_task", {"task_id": "img_0"}, "task_not_found", "task"),
        ("sing", {}, "invalid_value", "generate_image"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_so_that_it_can_be_mended(
    api, alice, tool, arguments, code, words
):
    answer = Agent(api.base_url, alice.secret, "legacy").calls(tool, **arguments)

    assert answer.is_error
    assert answer.structured_content["error"]["code"] == code
    assert words in answer.content[0].text
    assert alice.credits() == 100


def test_an_empty_wallet_is_told_what_is_missing(api, bob):
    answer = Agent(api.base_url, bob.secret, "auto").calls("generate_image", **FOX)

    assert answer.is_error and "needs 1 credits" in answer.content[0].text
    assert answer.structured_content["error"]["code"] == "insufficient_quota"


def test_a_limited_key_is_as_limited_here(api, alice):
    _, secret = issue_key(alice.account, name="test", person=alice.person, is_test=True)

    answer = Agent(api.base_url, secret, "auto").calls("generate_image", **FOX)

    assert answer.structured_content["is_test"]
    assert alice.credits() == 100


def test_nobody_comes_in_without_a_key_or_from_elsewhere(api, alice):
    def knock(**headers):
        named = {"Content-Type": "application/json", **headers}
        return api.request("POST", "/mcp", data=json.dumps({"id": 1}), headers=named)

    with pytest.raises(BaseExceptionGroup) as refused:
        Agent(api.base_url, "esl_live_wrong", "auto").calls("get_balance")
    assert refused.group_contains(MCPError, match="Incorrect API key")
    assert knock().headers["WWW-Authenticate"] == 'Bearer realm="Easel"'
    assert knock().json()["error"]["data"]["code"] == "invalid_api_key"
    assert knock(Origin="https://elsewhere.example").status_code == 403
    assert api.get("/mcp", as_=alice).headers["Allow"] == "POST"
    large = api.request("POST", "/mcp", as_=alice, data=b" " * (25 * 1024 * 1024))
    assert large.status_code == 413
