"""A walk over the whole site without a browser: every place, and every link on it.

Each page is fetched once by each person who may see it. A link has to lead to something
at once, or by one redirect, and its anchor has to be there.
"""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from justhtml import JustHTML

from playground.docs.agents import public_paths
from playground.web.languages import editions
from tests.journeys.places import PLACES, Place
from tests.journeys.scene import Scene
from tests.services.visits import signed_in

HERE = "http://testserver"
STATIC = settings.STATIC_URL
# A choice is remembered, so it is made in a browser of its own.
CHOICES = ("/language",)
LINKS = "a[href], link[href], script[src], img[src], form[action]"
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass
class Found:
    """What an address answered; `hops` are the addresses it led over."""

    status: int
    body: bytes
    kind: str
    hops: list[str] = field(default_factory=list)

    @property
    def is_page(self) -> bool:
        return self.kind.startswith("text/html")

    @cached_property
    def page(self) -> JustHTML:
        return JustHTML(self.body, sanitize=False)

    @cached_property
    def anchors(self) -> set[str]:
        return {one.attrs["id"] for one in self.page.query("[id]")}


@dataclass
class Walk:
    """Everybody of the scene, and what each of them has seen."""

    scene: Scene
    people: dict[str, Client] = field(default_factory=dict)
    seen: dict[tuple[str, str], Found] = field(default_factory=dict)

    def places(self) -> list[tuple[str, str]]:
        """Return who looks where: a public place in each of its languages, and whatever
        else the sitemap lists, every guide, endpoint and model, in one."""
        found: dict[tuple[str, str], None] = {}
        for place in PLACES:
            if not place.template:
                for address in self.addresses(place):
                    found[(place.viewer, address)] = None
        found |= {("", address): None for address in public_paths()}
        return list(found)

    def addresses(self, place: Place) -> list[str]:
        here = place.address.format(**self.scene.known)
        spoken = [] if place.viewer else [there for _code, there in editions(here)]
        return [here, *spoken]

    def client(self, viewer: str) -> Client:
        if not viewer:
            return Client()
        if viewer not in self.people:
            self.people[viewer] = signed_in(*self.scene.people[viewer])
        return self.people[viewer]

    def at(self, viewer: str, address: str) -> Found:
        if (viewer, address) not in self.seen:
            alone = address.startswith(CHOICES)
            client = Client() if alone else self.client(viewer)
            self.seen[(viewer, address)] = fetched(client, address)
        return self.seen[(viewer, address)]

    def dead_links(self, viewer: str, address: str) -> list[str]:
        """Return the links of a page that lead nowhere, or there by detours."""
        page = self.at(viewer, address)
        if not page.is_page:
            return []
        links = {one for one in map(target, page.page.query(LINKS)) if one}
        return sorted(one for one in links if not self.is_alive(viewer, address, one))

    def is_alive(self, viewer: str, start: str, link: str) -> bool:
        page = self.at(viewer, start)
        here = page.hops[-1] if page.hops else start
        whole, anchor = urldefrag(urljoin(HERE + here, link))
        if not whole.startswith(HERE) or urlsplit(whole).scheme != "http":
            return True
        address = whole.removeprefix(HERE) or "/"
        if address.startswith(STATIC):
            name = urlsplit(address).path.removeprefix(STATIC)
            return finders.find(name) is not None
        there = self.at(viewer, address)
        is_there = not anchor or (there.is_page and anchor in there.anchors)
        # What is on a page that says no may lead back to it.
        is_well = there.status in (200, page.status)
        return is_well and len(there.hops) <= 1 and is_there


def target(element) -> str:
    """Return where an element leads; what a form sends by POST is no link."""
    attrs = element.attrs
    if attrs.get("method", "get").lower() == "post":
        return ""
    return attrs.get("href") or attrs.get("src") or attrs.get("action") or ""


def fetched(client: Client, address: str) -> Found:
    hops: list[str] = []
    answer = client.get(address)
    while answer.status_code in REDIRECTS and len(hops) < 5:
        hops.append(urljoin(HERE + address, answer["Location"]).removeprefix(HERE))
        if not hops[-1].startswith("/"):  # to another site, which is not ours to visit
            return Found(200, b"", "", hops)
        answer = client.get(hops[-1])
    body = (
        b"" if answer.streaming else answer.content
    )  # a file: that it is there is enough
    return Found(answer.status_code, body, answer.get("Content-Type", ""), hops)
