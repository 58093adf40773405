"""Every page at every width in both themes, at 400 % zoom and in forced colours: `make proof`.

A theme changes nothing but colours, so in the dark axe looks at those alone.

Pictures of the pages and `test-results/pages.md` are left behind: what axe says; what each
page weighs, when it is painted and whether it jumps; and how fast it answers a click. The
figures alone take four minutes: `-k "painted or answered"`.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journeys.places import PLACES
from tests.journeys.reactions import REACTIONS, milliseconds
from tests.journeys.tour import KIB, MOST, THEMES, WIDTHS, resize, seen
from tests.services.axe import COLOURS, LEVELS

LOADED = (320, 1440)  # between them a page is only made wider
ZOOMED = {"width": 320, "height": 256}  # what 1280 × 1024 holds at 400 %
RESULTS = Path("test-results")
PHOTOS = RESULTS / "pages"
DESK, PHONE = 1440, 390
PAGES = ("| page | found, at four widths |", "|---|---|")
PAINTS = (
    "",
    "| page | html gz | css gz | js gz | painted, 1440 | 390 | layout shift |",
    "|---|--:|--:|--:|--:|--:|--:|",
)
ANSWERS = ("", "| what is done | answered after | changed after |", "|---|--:|--:|")
MOST_MS, HEARD_MS = 1000, 100

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def tables():
    """One table of all that was looked at, in one process or in several."""
    PHOTOS.mkdir(parents=True, exist_ok=True)
    yield
    lines = [*PAGES, *rows(PLACES), *PAINTS, *rows(PLACES, "loaded")]
    lines += [*ANSWERS, *rows(REACTIONS)]
    (RESULTS / "pages.md").write_text("\n".join(lines) + "\n")
    print("", *lines, sep="\n")


def rows(things, kind="row"):
    files = [PHOTOS / f"{filed(thing)}.{kind}" for thing in things]
    return [file.read_text() for file in files if file.exists()]


def write_row(thing, *cells, kind="row"):
    row = " | ".join([thing.name, *cells])
    (PHOTOS / f"{filed(thing)}.{kind}").write_text(f"| {row} |")


def filed(thing):
    return re.sub(r"\W+", "-", thing.name)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_sound_at_every_width_and_for_every_eye(tour, place):
    wrong = []
    with tour.visit(place) as visit:
        for width in WIDTHS:
            resize(visit, width)
            if place.then or width in LOADED:
                wrong += tour.go(visit, place)
            for theme, levels in zip(THEMES, (LEVELS, COLOURS), strict=True):
                visit.page.emulate_media(color_scheme=theme)
                wrong += seen(visit, f"{theme}, {width}", levels)
                photograph(visit, place, f"{width}-{theme}")
        wrong += strained(tour, visit, place)
    write_row(place, "<br>".join(wrong).replace("|", "/") or "nothing")
    assert not wrong, "\n".join(wrong)


def strained(tour, visit, place):
    """Look again in the colours a person forces on every page, and at 400 % zoom."""
    visit.page.emulate_media(forced_colors="active")
    wrong = seen(visit, "forced colours")
    photograph(visit, place, "forced")
    visit.page.emulate_media(forced_colors="none")
    visit.page.set_viewport_size(ZOOMED)
    wrong += tour.go(visit, place) + seen(visit, "zoomed")
    photograph(visit, place, "zoomed")
    return wrong + [f"zoomed: {one} is in the way" for one in visit.in_the_way()]


def photograph(visit, place, how):
    visit.page.screenshot(path=PHOTOS / f"{filed(place)}-{how}.png")


def test_every_page_is_painted_within_a_second_and_stands_still(tour):
    """Each state is loaded by a browser that has been there: the server is warm."""
    wrong = [
        f"{place.name}: {words}"
        for place in PLACES
        if place.is_as_served
        for words in loaded(tour, place)
    ]
    assert not wrong, "\n".join(wrong)


def loaded(tour, place):
    wrong, paints, shifts = [], [], []
    as_it_comes = place if place.only_then else replace(place, then=None)
    with tour.visit(place) as visit:
        for width in (DESK, PHONE):
            resize(visit, width)
            tour.go(visit, as_it_comes)
            wrong += tour.go(visit, as_it_comes)
            paints.append(visit.largest_paint_ms)
            shifts.append(visit.shifted)
        sizes = [f"{visit.weights[kind] / KIB:.1f} KB" for kind in MOST]
    times = [f"{paint:.0f} ms" for paint in paints]
    write_row(place, *sizes, *times, f"{max(shifts):.3f}", kind="loaded")
    late = [paint for paint in paints if not 0 < paint < MOST_MS]
    return wrong + [f"painted after {paint:.0f} ms" for paint in late]


@pytest.mark.parametrize("reaction", REACTIONS, ids=lambda reaction: reaction.name)
def test_a_click_is_answered_at_once(tour, reaction):
    heard, changed = milliseconds(tour.at_home().page, reaction)
    write_row(reaction, f"{heard:.0f} ms", f"{changed:.0f} ms")
    assert heard < HEARD_MS
