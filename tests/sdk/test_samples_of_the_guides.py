"""Every sample of the guides that a reader could run is run: in curl, Python, JavaScript.

All of a language in one process, and the languages beside each other, with a test key.
"""

import json
import os
import subprocess
import time

import pytest
from PIL import Image

from accounts.issuing import issue_key
from accounts.limits import MANAGE_KEYS, Limits
from playground.docs.marking import page_of
from playground.docs.pages import text_of
from playground.docs.shelf import guides
from playground.generation.models import Generation
from playground.webhooks.signing import new_secret, signature
from tests.sdk.clients import CLIENTS, HERE, NO_NODE, node_is_there, python

ENDINGS = {"curl": "sh", "python": "py", "javascript": "mjs"}
RUNNERS = {
    "curl": ("bash", str(HERE / "samples.sh")),
    "python": python("now", "samples.py"),
    "javascript": ("node", str(HERE / "node" / "samples.mjs")),
}


def samples(origin):
    """Every block of code that is a program: `(language, name, text)`."""
    return [
        (snippet.slug, f"{guide.slug}-{block.name}", snippet.text)
        for guide in guides()
        for row in page_of(
            text_of(guide.slug, "en", origin), origin=origin, prefix="/docs/"
        ).rows
        for block in row.blocks
        for snippet in block.snippets
        if snippet.slug in ENDINGS
    ]


def test_every_sample_runs(live_site, worker, alice, tmp_path):
    if not node_is_there() or CLIENTS["openai-python"].lacks():
        pytest.skip(NO_NODE)
    _, test_key = issue_key(alice.account, name="test", is_test=True)
    only_keys = Limits(scopes=(MANAGE_KEYS,))
    _, manager = issue_key(alice.account, name="manager", limits=only_keys)
    keys = {"EASEL_API_KEY": test_key, "MANAGER_KEY": manager}
    found = samples(live_site.base_url)
    for language in ENDINGS:
        lay_out(tmp_path / language)
    for language, name, text in found:
        (tmp_path / language / f"{name}.{ENDINGS[language]}").write_text(text)

    running = {
        language: subprocess.Popen(
            [*command, str(tmp_path / language)],
            env={**os.environ, **keys},
            stdout=subprocess.PIPE,
            text=True,
        )
        for language, command in RUNNERS.items()
    }
    wrong = {name: json.loads(one.communicate()[0]) for name, one in running.items()}

    assert wrong == {"curl": {}, "python": {}, "javascript": {}}
    assert {language for language, *_ in found} == set(ENDINGS)
    assert len(found) > 60
    assert set(Generation.objects.values_list("is_test", flat=True)) == {True}
    assert alice.credits() == 100


def lay_out(folder):
    """What the samples find beside them: pictures, and Node's packages."""
    folder.mkdir()
    (folder / "node_modules").symlink_to(HERE / "node" / "node_modules")
    for name, colour in (("fox.png", "orange"), ("boat.png", "navy")):
        Image.new("RGB", (64, 64), colour).save(folder / name)
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(folder / "mask.png")


def test_the_check_of_signatures_that_the_guide_shows_takes_ours():
    code = next(
        text
        for language, name, text in samples("https://easel.example.com")
        if language == "python" and "is_from_easel" in text
    )
    shown = {}
    exec(code, shown)
    secret, body, now = new_secret(), b'{"type": "webhook.test"}', str(int(time.time()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": now,
        "webhook-signature": signature(secret, "msg_1", now, body),
    }
    assert shown["is_from_easel"](secret, headers, body)
    assert not shown["is_from_easel"](secret, headers, body + b" ")
    assert not shown["is_from_easel"](new_secret(), headers, body)
