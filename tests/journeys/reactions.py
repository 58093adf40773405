"""How long after a click, or a key, the page shows that it heard: measured in the page.

The clock runs from the browser's own time of the event to the frame in which what the
reaction looks at has changed. What has to come from the server is waited for with a
sign, and the sign is what answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Page

TIMES = 5
WATCH = """() => {
  const change = (look) => new Promise((done, fail) => {
    const before = look();
    let began = 0;
    setTimeout(() => fail(new Error("nothing changed")), 10_000);
    for (const kind of ["click", "keydown", "input"])
      addEventListener(kind, (event) => (began ||= event.timeStamp), { capture: true });
    const frame = () => {
      if (!began || look() === before) return requestAnimationFrame(frame);
      requestAnimationFrame(() => done(performance.now() - began));
    };
    frame();
  });
  window.answered = Promise.all([change(() => (%s)), change(() => (%s))]);
}"""


@dataclass(frozen=True)
class Reaction:
    """What is done at an address, and the part of the page (as JavaScript) that changes.

    `heard` is the sign that is shown while the server is asked for it.
    """

    name: str
    address: str
    act: Callable[[Page], object]
    changes: str
    heard: str = ""
    first: Callable[[Page], object] | None = None


def milliseconds(page: Page, reaction: Reaction) -> tuple[float, float]:
    """Do it so many times, from a fresh page each; the middle times of sign and change."""
    measured(page, reaction)  # the first time warms everything up
    signs, changes = zip(*(measured(page, reaction) for _ in range(TIMES)), strict=True)
    return median(signs), median(changes)


def measured(page: Page, reaction: Reaction) -> tuple[float, float]:
    page.goto(reaction.address, wait_until="networkidle")
    if reaction.first:
        reaction.first(page)
    page.evaluate(WATCH % (reaction.heard or reaction.changes, reaction.changes))
    reaction.act(page)
    heard, changed = page.evaluate("window.answered")
    return float(heard), float(changed)


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


def choose_large(page: Page) -> None:
    """Take a size that is not among the day's free pictures."""
    click(".seg label:has(input[value='4K'])")(page)


USAGE = "/console/usage"
ROWS = number_of("#picker .model-row:not([hidden])")
GENERATE, PICKER = click("#generate"), click("#model-button")
ASKING = number_of(".htmx-request")
REACTIONS = [
    Reaction(
        "Theme switched",
        "/",
        click("[data-do=theme]"),
        "document.documentElement.dataset.theme",
    ),
    Reaction("Commands open", "/", press("Control+k"), number_of("#commands[open]")),
    Reaction("Model picker opens", "/", PICKER, number_of("#picker:popover-open")),
    Reaction(
        "Models filtered", "/", click("#picker .chip:nth-child(4)"), ROWS, first=PICKER
    ),
    Reaction("Models searched", "/", press("d"), ROWS, first=PICKER),
    Reaction(
        "Model chosen",
        "/",
        click("#picker .model-row[aria-pressed=false]:not(:disabled)"),
        "document.querySelector('#settings').dataset.model",
        ASKING,
        rehearse_another,
    ),
    Reaction(
        "Number chosen, price follows",
        "/",
        click(".seg label:has(input[name=n][value='3'])"),
        text_of("#cost"),
        first=choose_large,
    ),
    Reaction("Size chosen, price follows", "/", choose_large, text_of("#cost")),
    Reaction("Pictures ordered", "/", GENERATE, number_of("#feed .run"), ASKING, write),
    Reaction(
        "Picture opens",
        "/",
        click("#feed [data-picture]"),
        number_of("#lightbox .info p"),
        number_of("#lightbox[open] .pic img"),
    ),
    Reaction(
        "Next picture",
        "/",
        press("ArrowRight"),
        "document.querySelector('#lightbox .info')?.dataset.pictureId",
        "document.querySelector('#lightbox .pic img')?.src",
        open_first_of_several,
    ),
    Reaction(
        "Copied as code",
        "/",
        click("[hx-target='#as-code']"),
        number_of("#as-code[open]"),
        ASKING,
    ),
    Reaction(
        "Menu opens", "/", click(".avatar"), number_of("#person-menu:popover-open")
    ),
    Reaction(
        "Picture starred",
        "/history",
        press("s"),
        text_of("#star-it"),
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
        ASKING,
        only_starred,
    ),
    Reaction(
        "Usage, another period", USAGE, click("#period-7d"), text_of("#usage"), ASKING
    ),
    Reaction("Usage, filtered", USAGE, only_failed, text_of("#usage"), ASKING),
    Reaction(
        "New key dialog",
        "/console/keys",
        click("a[href='/console/keys/new']"),
        number_of("#steps dialog[open]"),
        ASKING,
    ),
]
