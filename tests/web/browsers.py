"""What the playground's tests ask a browser to send, and how they read the answer."""

import re

from playground.generation import service
from playground.generation.models import Generation
from playground.generation.studio import in_studio

ASK = {
    "prompt": "a fox in the snow",
    "model": "sketch-1",
    "aspect_ratio": "4:5",
    "resolution": "1K",
    "n": "2",
    "output_format": "webp",
    "quoted": "2000000",
}
HTMX = {"HX-Request": "true"}


def generate(browser, headers=HTMX, **changes):
    return browser.post("/create/runs", {**ASK, **changes}, headers=headers)


def newest():
    return Generation.objects.latest("created_at", "id")


def finish(generation):
    """Paint a queued order here, as a worker would."""
    order = in_studio(service.take_up(generation.pk))
    in_studio(service.carry_out(order))
    return Generation.objects.get(pk=generation.pk)


def look(browser, *seen):
    """Ask what is new, as an open page does; each run as `<id>~<version>`."""
    return browser.get("/create/live", {"run": seen}, headers=HTMX)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
