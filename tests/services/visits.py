"""What a page costs and how it behaves: its weight, its first paints, what it complains of."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from accounts.models import Person

KINDS = {"document": "html", "stylesheet": "css", "script": "js"}
# A form that is answered with an error, or a page that is not there, is no fault of the page.
EXPECTED = "Failed to load resource: the server responded with a status of 4"
WATCH = """(() => {
  const seen = window.seenPaints = { largest: 0, shift: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largest = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
})()"""
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await document.fonts.ready;
  await frame(), await frame();
  while (document.getAnimations().some((one) => one instanceof CSSTransition)) await frame();
}"""


@dataclass
class Visit:
    """One page being looked at. Weights are gzipped bytes, of the load with the most."""

    page: Page
    said: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    answers: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self.hear)
        self.page.on("response", lambda answer: self.answers.append(answer))

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and EXPECTED not in message.text:
            self.said.append(message.text)

    def go(self, address: str, then: Callable[[Page], object] | None = None) -> None:
        """Load a page, weigh it, and bring it into the state that is meant."""
        self.answers.clear()
        self.page.goto(address, wait_until="load")
        self.settle()
        self.weigh()
        if then:
            then(self.page)
            self.settle()

    def weigh(self) -> None:
        """A later load finds most in the browser's cache, so the heaviest counts."""
        for kind, size in weights(self.answers).items():
            self.weights[kind] = max(size, self.weights.get(kind, 0))

    def settle(self) -> None:
        self.page.evaluate(SETTLED)

    @property
    def largest_paint_ms(self) -> float:
        return float(self.page.evaluate("seenPaints.largest"))

    @property
    def layout_shift(self) -> float:
        return float(self.page.evaluate("seenPaints.shift"))

    @property
    def scrolls_sideways(self) -> bool:
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        )


def remember(context: BrowserContext, address: str, person: Person) -> None:
    """Let a browser be signed in already: the front door has its own journeys."""
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": address}
    context.add_cookies([cookie])


def weights(answers: list[Response]) -> dict[str, int]:
    """Add up what was loaded, as it would travel: production sends files gzipped."""
    sums = dict.fromkeys(KINDS.values(), 0)
    for answer in answers:
        kind = KINDS.get(answer.request.resource_type)
        if kind and answer.status != 304:
            sums[kind] += len(gzip.compress(answer.body(), 6))
    return sums
