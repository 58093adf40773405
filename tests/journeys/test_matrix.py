"""Every page at every width in both themes, at 400 % zoom and in forced colours: `make proof`.

A theme changes nothing but colours, so in the dark axe looks at those alone.

Pictures of the pages and `test-results/pages.md` are left behind: what each page weighs,
when it is painted, whether it jumps, what axe says, and how fast it answers a click.
"""

import re
from pathlib import Path
from statistics import median

import pytest

from tests.journeys.places import PLACES
from tests.journeys.reactions import REACTIONS, milliseconds
from tests.journeys.tour import KIB, MOST, THEMES, WIDTHS, resize, seen
from tests.services.axe import COLOURS, LEVELS

LOADED = (320, 1440)  # between them a page is only made wider
ZOOMED = {"width": 320, "height": 256}  # what 1280 × 1024 holds at 400 %
RESULTS = Path("test-results")
PHOTOS = RESULTS / "pages"
PAGES = (
    "| page | html gz | css gz | js gz | largest paint | layout shift | axe |",
    "|---|--:|--:|--:|--:|--:|--:|",
)
ANSWERS = ("", "| what is done | answered after |", "|---|--:|")

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def tables():
    """One table of all that was looked at, in one process or in several."""
    PHOTOS.mkdir(parents=True, exist_ok=True)
    yield
    lines = [*PAGES, *rows(PLACES), *ANSWERS, *rows(REACTIONS)]
    (RESULTS / "pages.md").write_text("\n".join(lines) + "\n")
    print("", *lines, sep="\n")


def rows(things):
    files = [PHOTOS / f"{filed(thing)}.row" for thing in things]
    return [file.read_text() for file in files if file.exists()]


def write_row(thing, *cells):
    row = " | ".join([thing.name, *cells])
    (PHOTOS / f"{filed(thing)}.row").write_text(f"| {row} |")


def filed(thing):
    return re.sub(r"\W+", "-", thing.name)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_sound_at_every_width_and_for_every_eye(tour, place):
    wrong, paints, shifts = [], [], []
    with tour.visit(place) as visit:
        for width in WIDTHS:
            resize(visit, width)
            if place.then or width in LOADED:
                wrong += tour.go(visit, place)
                paints.append(visit.largest_paint_ms)
                shifts.append(visit.shifted)
            for theme, levels in zip(THEMES, (LEVELS, COLOURS), strict=True):
                visit.page.emulate_media(color_scheme=theme)
                wrong += seen(visit, f"{theme}, {width}", levels)
                photograph(visit, place, f"{width}-{theme}")
        wrong += strained(tour, visit, place)
    sizes = [f"{visit.weights[kind] / KIB:.1f} KB" for kind in MOST]
    paint = f"{median(paints):.0f} ms"
    write_row(place, *sizes, paint, f"{max(shifts):.3f}", f"{len(wrong)}")
    assert not wrong, "\n".join(wrong)
    assert median(paints) < 1000


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


@pytest.mark.parametrize("reaction", REACTIONS, ids=lambda reaction: reaction.name)
def test_a_click_is_answered_at_once(tour, reaction):
    time = milliseconds(tour.at_home().page, reaction)
    write_row(reaction, f"{time:.0f} ms")
    assert time < reaction.most_ms
