"""No link of the site is dead, and every page is valid HTML: `make proof`."""

import re

import pytest

from tests.journeys.conftest import ELSEWHERE
from tests.journeys.scene import scene_of
from tests.journeys.walk import Found, Walk
from tests.services import vnu

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]
BAD = b"""<!doctype html><html lang="en"><title>bad</title><p id=x><div><img></p>
<a href="/docs/nothing">a</a><a href="#y">b</a><a href="#x">c</a>
<a href="/docs">d</a><a href="/static/js/page.js">e</a><a href="/static/no.js">f</a>"""


@pytest.fixture
def walk(alice, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [ELSEWHERE]}}
    return Walk(scene_of(alice))


def test_no_link_of_any_page_is_dead(walk):
    places = walk.places()
    dead = [
        f"{viewer} at {address}: {link}"
        for viewer, address in places
        for link in walk.dead_links(viewer, address)
    ]
    print(f"{len(places)} pages, {len(walk.seen)} addresses looked at")
    assert not dead, "\n".join(dead)


def test_every_page_is_valid(walk, tmp_path):
    if not vnu.is_here():
        pytest.skip(vnu.MISSING)
    for number, (viewer, address) in enumerate(walk.places()):
        found = walk.at(viewer, address)
        name = re.sub(r"\W+", "-", f"{number} {viewer} {address}")[:100]
        if found.is_page:
            (tmp_path / f"{name}.html").write_bytes(found.body)
    pages = sorted(tmp_path.glob("*.html"))
    print(f"{len(pages)} pages")
    assert not (wrong := vnu.complaints(pages)), "\n".join(wrong)


def test_a_bad_page_is_noticed(walk, tmp_path):
    walk.seen[("", "/bad")] = Found(200, BAD, "text/html")
    dead = ["#y", "/docs/nothing", "/static/no.js"]
    assert walk.dead_links("", "/bad") == dead
    if vnu.is_here():
        (tmp_path / "bad.html").write_bytes(BAD)
        assert vnu.complaints([tmp_path / "bad.html"])
