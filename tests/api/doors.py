"""One order for a picture, knocking at every door there is."""

from dataclasses import dataclass

from tests.api.test_agents import Agent
from tests.api.test_gemini import GENERATE, SMALL, b64, plain, said, send
from tests.services.site import Client

FOX = {"model": "sketch-1", "resolution": "0.5K"}
DOORS = ("openai", "async", "edits", "gemini", "agents")


@dataclass(frozen=True)
class Refused:
    """What a door said: its status, our code, and the sentence."""

    status: int
    code: str
    sentence: str
    wait: str | None = None


def knock(door: str, api: Client, who, prompt: str = "a fox") -> Refused:
    """Ask for a picture at a door, and tell what it says against it."""
    if door == "agents":
        answer = Agent(api.base_url, who.secret, "auto").calls(
            "generate_image", prompt=prompt, **FOX
        )
        return Refused(0, "", answer.content[0].text if answer.is_error else "")
    answer = answered(door, api, who, prompt)
    error = answer.json().get("error", {})
    wait = answer.headers["Retry-After"]
    if door == "gemini":
        reason = error["details"][0]["reason"].lower() if error else ""
        return Refused(answer.status_code, reason, error.get("message", ""), wait)
    code = error.get("code", "")
    return Refused(answer.status_code, code, error.get("message", ""), wait)


def answered(door: str, api: Client, who, prompt: str):
    if door == "gemini":
        body = {"contents": [said(prompt)], "generationConfig": SMALL}
        return send(api, who, body, GENERATE)
    wish = {"as_": who, "prompt": prompt, **FOX}
    if door == "edits":
        picture = f"data:image/png;base64,{b64(plain('red', 64, 64))}"
        return api.post("/v1/images/edits", images=[{"image_url": picture}], **wish)
    path = {"openai": "/v1", "async": "/v1/async"}[door]
    return api.post(f"{path}/images/generations", **wish)
