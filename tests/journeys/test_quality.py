"""Every page is sound: for those who see it badly, on small screens, and on slow lines.

`make test` looks at each place twice, large and light, small and dark. `make proof` looks
at every width in both themes, at 400 % zoom and in forced colours, and writes what the
pages weigh and when they are painted to `test-results/pages.md`, with pictures beside it.
"""

import re
from pathlib import Path
from statistics import median

import pytest

from tests.journeys.places import PLACES, scene_of
from tests.services.axe import violations
from tests.services.visits import Visit, remember

KIB = 1024
MOST = {"html": 30 * KIB, "css": 16 * KIB, "js": 60 * KIB}
WIDTHS = {320: 568, 390: 844, 768: 1024, 1440: 900}
ZOOMED = {"width": 320, "height": 256}  # what 1280 × 1024 holds at 400 %
RESULTS = Path("test-results")
HEAD = (
    "| page | html gz | css gz | js gz | largest paint | layout shift | axe |\n"
    "|---|--:|--:|--:|--:|--:|--:|\n"
)

places = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@pytest.fixture
def scene(alice):
    return scene_of(alice)


@pytest.fixture
def visit(browser_context, live_site, scene, place):
    """Somebody in front of this place, as far as signing in goes."""
    if place.signed_in:
        remember(browser_context, live_site.base_url, scene.alice.person)
    return Visit(browser_context.new_page())


@pytest.fixture(scope="session")
def report():
    """The table of the pages, written when all have been looked at."""
    lines = []
    yield lines
    if lines:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "pages.md").write_text(HEAD + "".join(lines))
        print(f"\n{HEAD}{''.join(lines)}")


def seen(visit, *, width, theme):
    """Look at the page as it stands in this width and theme; return what is wrong."""
    size = {"width": width, "height": WIDTHS[width]}
    visit.page.set_viewport_size(size)
    visit.page.emulate_media(color_scheme=theme)
    visit.settle()
    wrong = violations(visit.page)
    if visit.scrolls_sideways:
        wrong.append("it scrolls sideways")
    return [f"{theme}, {width}: {line}" for line in wrong]


def heavy(visit):
    return {kind: size for kind, size in visit.weights.items() if size >= MOST[kind]}


@places
def test_a_page_is_sound_large_and_light_small_and_dark(visit, scene, place):
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    visit.go(place.path(scene), place.then)
    assert visit.layout_shift < 0.001
    assert heavy(visit) == {}
    wrong = seen(visit, width=1440, theme="light")
    wrong += seen(visit, width=390, theme="dark")
    assert not wrong, "\n".join(wrong)
    assert visit.said == []


@pytest.mark.proof
@pytest.mark.timeout(600)
@places
def test_a_page_is_sound_at_every_width_and_for_every_eye(visit, scene, place, report):
    wrong, paints, shifts = [], [], []
    for width, height in WIDTHS.items():
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.go(place.path(scene), place.then)
        paints.append(visit.largest_paint_ms)
        shifts.append(visit.layout_shift)
        for theme in ("light", "dark"):
            wrong += seen(visit, width=width, theme=theme)
            photograph(visit, place, f"{width}-{theme}")
    wrong += strained(visit, place.path(scene), place.then)
    size = " | ".join(f"{visit.weights[kind] / KIB:.1f} KB" for kind in MOST)
    report.append(
        f"| {place.name} | {size} | {median(paints):.0f} ms | {max(shifts):.3f}"
        f" | {len(wrong)} |\n"
    )
    assert not wrong, "\n".join(wrong)
    assert heavy(visit) == {}
    assert max(shifts) < 0.001
    assert median(paints) < 1000
    assert visit.said == []


def strained(visit, address, then):
    """Look again at 400 % zoom, and in the colours a person forces on every page."""
    visit.page.set_viewport_size(ZOOMED)
    visit.go(address, then)
    wrong = [f"zoomed: {line}" for line in violations(visit.page)]
    if visit.scrolls_sideways:
        wrong.append("zoomed: it scrolls sideways")
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    visit.page.emulate_media(forced_colors="active")
    visit.go(address, then)
    return wrong + [f"forced colours: {line}" for line in violations(visit.page)]


def photograph(visit, place, how):
    name = re.sub(r"\W+", "-", place.name)
    visit.page.screenshot(path=RESULTS / "pages" / f"{name}-{how}.png")


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
    assert visit.scrolls_sideways
    assert visit.said == ["a complaint"]
    assert visit.largest_paint_ms > 0
    assert 0 < visit.weights["html"] < KIB
