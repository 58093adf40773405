"""Code that Easel shows does what it says, in every language that is here to run it."""

import os
import shutil
import subprocess

import pytest
from PIL import Image

from playground.generation.models import Generation
from playground.web.code.said import Said
from playground.web.code.writing import snippets_of
from tests.sdk.clients import HERE, NO_NODE, node_is_there, python

# Whatever a language makes of these must not reach the picture.
PROMPT = """A "fox", it's $HOME \\n `id` \\(x) \\u0041 \"\"\"# BODY
and a second line: {lines} 100 % <b>&amp; ${x} 水彩"""
FIELDS = {"model": "sketch-1", "prompt": PROMPT, "resolution": "0.5K", "seed": 7}
RUN = {
    "curl": ("sh", "sample.sh"),
    "python": (python("now", "")[0], "sample.py"),
    "javascript": ("node", "sample.mjs"),
    "java": ("java", "Easel.java"),
}


def started(snippet, folder, key):
    """Save it as a file and start it, as a reader would."""
    program, name = RUN[snippet.slug]
    folder.mkdir()
    (folder / name).write_text(snippet.text)
    (folder / "node_modules").symlink_to(HERE / "node" / "node_modules")
    Image.linear_gradient("L").resize((64, 64)).save(folder / "photo.png")
    return subprocess.Popen(
        [program, name],
        cwd=folder,
        env={**os.environ, "EASEL_API_KEY": key},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_sample_sends_exactly_this_request(live_site, alice, tmp_path):
    if not node_is_there():
        pytest.skip(NO_NODE)
    running = {}
    for dialect in ("openai", "google"):
        said = Said(live_site.base_url, FIELDS, ("photo.png",), dialect=dialect)
        for snippet in snippets_of(said):
            if snippet.slug in RUN and shutil.which(RUN[snippet.slug][0]):
                folder = tmp_path / f"{dialect}-{snippet.slug}"
                running[folder.name] = started(snippet, folder, alice.secret)
    told = {name: one.communicate()[0] for name, one in running.items()}

    assert [one.returncode for one in running.values()] == [0] * len(running), told
    orders = Generation.objects.all()
    assert {order.prompt for order in orders} == {PROMPT}, told
    assert [order.delivered for order in orders] == [1] * len(running), told
    assert {len(order.asked.references) for order in orders} == {1}
    assert len(running) >= 6
