"""OpenAI's clients repeat by themselves what was cut off: painted once, and paid once.

Vercel's say nothing of it when they repeat, so their second call is a new one. Node's
gives up when a body breaks off; its caller finds the pictures at /v1/tasks.
"""

from dataclasses import replace

import pytest

from playground.generation.models import Generation
from tests.sdk.clients import who_can
from tests.sdk.test_openai_clients import SMALL
from tests.upstreams.cutting import cutting_proxy

SAYING_SO = [
    name for name in who_can("generate", dialect="openai") if "ai-sdk" not in name
]
PATIENT = [name for name in SAYING_SO if "node" not in name]


def painted_through(client, cuts):
    """Have a lighthouse painted over a line that is cut this often."""
    with cutting_proxy(client.base_url, cuts=cuts) as proxy:
        through = replace(client, base_url=proxy, retries=2)
        return through.does("generate", model=SMALL, prompt="a lighthouse")


@pytest.mark.parametrize("client", SAYING_SO, indirect=True)
def test_a_call_that_was_cut_gets_its_picture(client, alice):
    answer = painted_through(client, cuts=[0, 0])

    assert len(answer["pictures"]) == Generation.objects.count() == 1
    assert alice.credits() == 99


@pytest.mark.parametrize("client", PATIENT, indirect=True)
def test_an_answer_that_was_cut_comes_again(client, alice):
    answer = painted_through(client, cuts=[10, 10])

    assert len(answer["pictures"]) == Generation.objects.count() == 1
    assert alice.credits() == 99
