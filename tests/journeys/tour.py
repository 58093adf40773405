"""A tour of the places: somebody goes there, looks, and says what is wrong."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import Browser

from tests.journeys.places import Place
from tests.journeys.scene import Scene
from tests.services.axe import LEVELS, violations
from tests.services.visits import Visit, remember

KIB = 1024
MOST = {"html": 30 * KIB, "css": 16 * KIB, "js": 60 * KIB}
WIDTHS = {320: 568, 390: 844, 768: 1024, 1440: 900}
THEMES = ("light", "dark")
# After five minutes a person is asked who they are before they may delete.
FRESH_SECONDS = 240


@dataclass
class Tour:
    """Browsers in the site: one for each person who signed in, a new one for a stranger."""

    browser: Browser
    base_url: str
    scene: Scene
    kept: dict[str, Visit] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)

    def path(self, place: Place) -> str:
        return place.address.format(**self.scene.known)

    @contextmanager
    def visit(self, place: Place) -> Iterator[Visit]:
        """Open a page for whoever looks at this place; nothing is loaded yet."""
        if place.viewer and place.is_as_served:
            yield self.person(place)
            return
        visit = self.newcomer(place)
        yield visit
        visit.page.context.close()

    def person(self, place: Place) -> Visit:
        """Return the page of somebody who signed in not long ago."""
        now, viewer = time.monotonic(), place.viewer
        if now - self.since.get(viewer, -FRESH_SECONDS) >= FRESH_SECONDS:
            if viewer in self.kept:
                self.kept[viewer].page.context.close()
            self.kept[viewer], self.since[viewer] = self.newcomer(place), now
        return self.kept[viewer]

    def at_home(self) -> Visit:
        """Return the page of alice, who signed in."""
        with self.visit(Place("home", "/", signed_in=True)) as visit:
            return visit

    def newcomer(self, place: Place) -> Visit:
        context = self.browser.new_context(
            base_url=self.base_url, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)
        if place.viewer:
            remember(context, self.base_url, *self.scene.people[place.viewer])
        page = context.new_page()
        place.prepare(page)
        return Visit(page)

    def look(self, place: Place, width: int, theme: str) -> list[str]:
        """Go there once, in this width and theme; return what is wrong."""
        with self.visit(place) as visit:
            resize(visit, width)
            visit.page.emulate_media(color_scheme=theme)
            wrong = self.go(visit, place)
            return wrong + seen(visit, f"{theme}, {width}")

    def go(self, visit: Visit, place: Place) -> list[str]:
        """Load the place; return what is wrong with the loading of it."""
        visit.said.clear()
        visit.go(self.path(place), place.then)
        wrong = [f"it says: {words}" for words in visit.said]
        wrong += [
            f"its {kind} weighs {size / KIB:.1f} KB"
            for kind, size in visit.weights.items()
            if size >= MOST[kind]
        ]
        if visit.shifted >= 0.001:
            moved = "; ".join(visit.moved)
            wrong.append(f"it shifts by {visit.shifted:.4f}: {moved}")
        ends = {name_of(visit.led_to), name_of(visit.page.url)}
        if name_of(self.path(place)) not in ends:
            wrong.append(f"it led to {visit.page.url}")
        return wrong

    def close(self) -> None:
        for visit in self.kept.values():
            visit.page.context.close()


def resize(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": WIDTHS[width]})


def seen(visit: Visit, how: str, levels: Sequence[str] = LEVELS) -> list[str]:
    """Look at the page as it stands; return what is wrong."""
    visit.settle()
    wrong = [f"{how}: {line}" for line in violations(visit.page, levels)]
    if wide := visit.beyond_the_edge():
        wrong.append(f"{how}: it scrolls sideways, by {', '.join(wide)}")
    return wrong


def name_of(address: str) -> str | None:
    """Return the name of the page at an address."""
    return resolve(urlsplit(address).path).url_name
