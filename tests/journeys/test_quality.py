"""Every page is sound: for those who see it badly, on small screens, and on slow lines.

Each place is looked at once, at a width and in a theme that differ from place to place;
`make proof` looks at all of them everywhere (test_matrix.py).
"""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLResolver, get_resolver

from tests.journeys.places import NO_PAGES, PLACES, Place
from tests.journeys.tour import KIB, THEMES, WIDTHS, Tour, name_of, resize
from tests.services.axe import violations
from tests.services.visits import Visit

# Of the rows, unfold draws the pages: test_rows.py looks at them.
DOORS = ("playground.api", "ninja")
ROWS = ("django.contrib.admin", "unfold", "playground.web.operator.rows")


@pytest.mark.browser
@pytest.mark.timeout(600)  # a minute, on processors that are free
@pytest.mark.parametrize("turn, width", list(enumerate(WIDTHS)))
def test_every_page_is_sound_at_some_width_and_in_some_theme(tour, turn, width):
    wrong = [
        f"{place.name}: {words}"
        for number, place in enumerate(PLACES[turn :: len(WIDTHS)])
        for words in tour.look(place, width, THEMES[number % 2])
    ]
    assert not wrong, "\n".join(wrong)


SLOWED = {"confirm an address": 1440, "copies": 390, "create, as a guest": 390}


@pytest.mark.browser
def test_a_slow_browser_draws_no_half_page(tour):
    wrong = [
        f"{place.name}: {words}"
        for place in PLACES
        if place.name in SLOWED
        for words in slowed(tour, place, SLOWED[place.name])
    ]
    assert not wrong, "\n".join(wrong)


def slowed(tour: Tour, place: Place, width: int) -> list[str]:
    """Look twice: the second time all but the page itself is there already."""
    with tour.visit(place) as visit:
        visit.slow_down()
        resize(visit, width)
        return [words for _ in range(2) for words in tour.go(visit, place)]


def test_no_page_is_left_out():
    there = set(names_in(get_resolver()))
    seen = {name_of(re.sub(r"{\w+}", "1", place.address)) for place in PLACES}
    assert sorted(there - NO_PAGES - seen) == []
    assert seen & NO_PAGES == set()


def names_in(resolver: URLResolver) -> Iterator[str]:
    """Return the names of what people's doors open; the API's are no pages."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from names_in(one)
        elif one.name and not one.callback.__module__.startswith(DOORS + ROWS):
            yield one.name


BAD = """<!doctype html><title>bad</title><p style="width:3000px">wide</p><img src="data:,">
<script>
  console.error("a complaint");
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const late = document.createElement("div");
    late.style.height = "300px";
    document.body.prepend(late);
  }));
</script>"""


def test_a_bad_page_is_noticed(browser_context, live_site):
    visit = Visit(browser_context.new_page())
    bad = {"body": BAD, "content_type": "text/html"}
    visit.page.route("**/bad", lambda route: route.fulfill(**bad))
    visit.go("/bad")
    visit.page.wait_for_function("seenPaints.shift > 0.01")
    assert {"image-alt", "html-has-lang"} <= {
        line.split(":")[0] for line in violations(visit.page)
    }
    moved = re.compile(r"\w+ from \S+ \S+ to \S+ \S+ after \d+ ms")
    assert visit.what_moved and all(map(moved.fullmatch, visit.what_moved))
    assert visit.beyond_the_edge()
    assert visit.said == ["a complaint"]
    assert visit.largest_paint_ms > 0
    assert 0 < visit.weights["html"] < KIB
