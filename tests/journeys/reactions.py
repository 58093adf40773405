"""How long after a click, or a key, the page shows that it heard: measured in the page.

The clock runs from the browser's own time of the event to the frame in which what the
reaction looks at has changed; across pages, to the first paint of the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Page

TIMES = 5
WATCH = """() => {
  const look = () => (%s);
  const before = look();
  const heard = ["click", "keydown", "input"];
  window.answered = new Promise((done, fail) => {
    let began = 0;
    setTimeout(() => fail(new Error("nothing changed")), 10_000);
    const note = (event) => {
      began ||= event.timeStamp;
      sessionStorage.began ||= performance.timeOrigin + event.timeStamp;
    };
    for (const kind of heard) addEventListener(kind, note, { capture: true });
    const frame = () => {
      if (!began || look() === before) return requestAnimationFrame(frame);
      requestAnimationFrame(() => done(performance.now() - began));
    };
    frame();
  });
}"""
PAINTED = """async () => {
  while (performance.getEntriesByType("paint").length < 2)
    await new Promise(requestAnimationFrame);
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return performance.timeOrigin + paint.startTime - sessionStorage.began;
}"""


@dataclass(frozen=True)
class Reaction:
    """What is done at an address, and the part of the page (as JavaScript) that changes.

    One without such a part leads to another page.
    """

    name: str
    address: str
    act: Callable[[Page], object]
    changes: str = ""
    first: Callable[[Page], object] | None = None
    most_ms: int = 100


def milliseconds(page: Page, reaction: Reaction) -> float:
    """Do it so many times, from a fresh page each; return the middle one."""
    measured(page, reaction)  # the first time warms everything up
    return median(measured(page, reaction) for _ in range(TIMES))


def measured(page: Page, reaction: Reaction) -> float:
    page.goto(reaction.address, wait_until="networkidle")
    if reaction.first:
        reaction.first(page)
    page.evaluate("delete sessionStorage.began")
    page.evaluate(WATCH % (reaction.changes or "0"))
    if reaction.changes:
        reaction.act(page)
        return float(page.evaluate("window.answered"))
    with page.expect_navigation():
        reaction.act(page)
    return float(page.evaluate(PAINTED))


def click(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def press(key: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(key)


def write(page: Page) -> None:
    page.get_by_label("Prompt").fill("a paper boat")


def text_of(selector: str) -> str:
    return f"document.querySelector('{selector}')?.textContent"


def number_of(selector: str) -> str:
    return f"document.querySelectorAll('{selector}').length"


def open_first_of_several(page: Page) -> None:
    run = page.locator("#feed .run", has_text="a paper boat")
    run.locator("[data-picture]").first.click()
    page.locator("#lightbox .info").wait_for()


def rehearse_another(page: Page) -> None:
    """Open the models with every one of them free to choose."""
    page.locator("#rehearse").check()
    page.locator("#price", has_text="Free").wait_for()
    PICKER(page)


def open_one_of_history(page: Page) -> None:
    page.locator("main [data-picture]").first.click()
    page.locator("#star-it").wait_for()


def only_starred(page: Page) -> None:
    page.locator("select[name=show]").select_option("starred")


def only_failed(page: Page) -> None:
    page.locator("select[name=status]").select_option(index=1)


USAGE = "/console/usage"
ROWS = number_of("#picker .model-row:not([hidden])")
GENERATE, PICKER = click("#generate"), click("#model-button")
REACTIONS = [
    Reaction(
        "Theme switched",
        "/",
        click("[data-do=theme]"),
        "document.documentElement.dataset.theme",
    ),
    Reaction("Commands open", "/", press("Control+k"), number_of("#commands[open]")),
    Reaction("Model picker opens", "/", PICKER, number_of("#picker:popover-open")),
    Reaction("Models filtered", "/", click("#picker .chip:nth-child(4)"), ROWS, PICKER),
    Reaction("Models searched", "/", press("d"), ROWS, PICKER),
    Reaction(
        "Model chosen",
        "/",
        click("#picker .model-row[aria-pressed=false]:not(:disabled)"),
        "document.querySelector('#settings').dataset.model",
        rehearse_another,
    ),
    Reaction(
        "Number chosen, price follows",
        "/",
        click(".seg label:has(input[name=n][value='2'])"),
        text_of("#cost"),
    ),
    Reaction(
        "Size chosen, price follows",
        "/",
        click(".seg label:has(input[value='4K'])"),
        text_of("#cost"),
    ),
    Reaction("Generate heard", "/", GENERATE, number_of("#create.htmx-request"), write),
    Reaction(
        "Generate, places for the pictures",
        "/",
        GENERATE,
        number_of("#feed .run"),
        write,
        most_ms=300,  # what was heard is shown before, see above
    ),
    Reaction(
        "Picture opens",
        "/",
        click("#feed [data-picture]"),
        number_of("#lightbox[open]"),
    ),
    Reaction(
        "Next picture",
        "/",
        press("ArrowRight"),
        "document.querySelector('#lightbox .info')?.dataset.page",
        open_first_of_several,
    ),
    Reaction(
        "Copied as code",
        "/",
        click("[hx-target='#as-code']"),
        number_of("#as-code[open]"),
    ),
    Reaction(
        "Menu opens", "/", click(".avatar"), number_of("#person-menu:popover-open")
    ),
    Reaction(
        "Picture starred",
        "/history",
        press("s"),
        "document.querySelector('#star-it').ariaPressed",
        open_one_of_history,
    ),
    Reaction(
        "Pictures chosen",
        "/history",
        click("[data-day]"),
        "document.querySelector('#pickbar').hidden",
    ),
    Reaction(
        "History filtered",
        "/history",
        click("#history-filter"),
        text_of("#main"),
        only_starred,
    ),
    Reaction("Usage, another period", USAGE, click("#period-7d"), text_of("#usage")),
    Reaction("Usage, filtered", USAGE, only_failed, text_of("#usage")),
    Reaction(
        "New key dialog",
        "/console/keys",
        click("a[href='/console/keys/new']"),
        number_of("#steps dialog[open]"),
    ),
]
