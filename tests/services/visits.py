"""What a page costs and how it behaves: its weight, its first paints, what it complains of."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from accounts.models import Account, Person
from playground.web.people import CHOSEN_ACCOUNT

KINDS = {"css": ".css", "js": ".js"}
KNOWN_WEIGHTS: dict[str, int] = {}
FILES = 'performance.getEntriesByType("resource").map((one) => one.name)'
# A form that is answered with an error, a page that is not there, a script that was kept
# away or a line that was cut is no fault of the page.
EXPECTED = re.compile(
    r"status of 4\d\d|net::ERR_(?:FAILED|INTERNET_DISCONNECTED|NETWORK_CHANGED)"
    r"|htmx:(?:sendError|afterRequest)"
)
THIN_LINE = {
    "offline": False,
    "latency": 20,
    "downloadThroughput": 20_000,
    "uploadThroughput": 20_000,
}
WATCH = """(() => {
  const seen = window.seenPaints = { largest: 0, shift: 0, moved: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largest = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  const place = ({ x, y, width, height }) => `${x},${y} ${width}x${height}`;
  const name = (node) => {
    const it = node?.localName ? node : node?.parentElement;
    if (!it) return "something that is gone";
    const id = it.id && `#${it.id}`;
    return [it.localName + id, ...it.classList].join(".");
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      for (const { node, previousRect, currentRect } of entry.sources)
        seen.moved.push(`${name(node)} from ${place(previousRect)} to ${place(currentRect)}`
          + ` after ${Math.round(entry.startTime)} ms`);
    }
  }).observe({ type: "layout-shift", buffered: true });
})()"""
SETTLED = """async () => {
  const frame = () => new Promise((done) => {
    requestAnimationFrame(done);
    setTimeout(done, 100); /* nothing is drawn behind some dialogs */
  });
  const moves = () => document.getAnimations().some((one) => one instanceof CSSTransition);
  await document.fonts.ready;
  await frame(), await frame();
  for (let frames = 0; moves() && frames < 60; frames++) await frame();
}"""

STANDS = """() => {
  const top = (it) => it.getBoundingClientRect().top;
  const seen = (it) => {
    const { top, bottom, width } = it.getBoundingClientRect();
    return width < innerWidth / 2 ? 0 : Math.min(bottom, innerHeight) - Math.max(top, 0);
  };
  const all = [...document.querySelectorAll("body *")].filter((it) =>
    /fixed|sticky/.test(getComputedStyle(it).position) && seen(it) > 0
    && !it.closest(":popover-open") && it.checkVisibility({ visibilityProperty: true }));
  scrollTo(0, 0);
  const before = all.map(top);
  scrollTo(0, 60);
  const isModal = document.querySelector("dialog:modal");
  const standing = scrollY && !isModal ? all.filter((it, at) => top(it) === before[at]) : [];
  const share = standing.reduce((sum, it) => sum + seen(it), 0) / innerHeight;
  scrollTo(0, 0);
  return share < 0.4 ? [] : standing.map((it) => `${it.localName}.${it.className}`);
}"""
BEYOND = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const beyond = (it) => it.getBoundingClientRect().right > innerWidth + 1;
  const all = [...document.querySelectorAll("body *")].filter(beyond);
  return ["the page", ...all.map((it) => `${it.localName}.${it.className}`)].slice(0, 5);
}"""


@dataclass
class Visit:
    """One page being looked at, place after place. Weights are gzipped bytes.

    Where an address `led_to` is known as well as where the page is now, by how much the
    page had `shifted` while it loaded, and what `moved` from where to where.
    """

    page: Page
    said: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    led_to: str = ""
    shifted: float = 0
    moved: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self.hear)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            self.said.append(message.text)

    def go(self, address: str, then: Callable[[Page], object] | None = None) -> None:
        """Load a page, weigh it, and bring it into the state that is meant."""
        answer = self.page.goto(address, wait_until="load")
        assert answer
        self.led_to = self.page.url
        self.settle()
        files = self.page.evaluate(FILES)
        self.weights = {"html": weight(answer.body())}
        for kind, name in KINDS.items():
            addresses = [one for one in files if one.partition("?")[0].endswith(name)]
            self.weights[kind] = sum(weight_of(self.page, one) for one in addresses)
        self.shifted, self.moved = self.layout_shift, self.what_moved
        if then:
            then(self.page)
            self.settle()

    def slow_down(self) -> None:
        """From now on pages come over a thin line, and are worked at slowly."""
        wire = self.page.context.new_cdp_session(self.page)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        wire.send("Network.enable")
        wire.send("Network.emulateNetworkConditions", THIN_LINE)

    def settle(self) -> None:
        self.page.evaluate(SETTLED)

    @property
    def largest_paint_ms(self) -> float:
        return float(self.page.evaluate("seenPaints.largest"))

    @property
    def layout_shift(self) -> float:
        return float(self.page.evaluate("seenPaints.shift"))

    @property
    def what_moved(self) -> list[str]:
        found: list[str] = self.page.evaluate("seenPaints.moved")
        return found

    def beyond_the_edge(self) -> list[str]:
        """Return what makes the page scroll sideways: nothing, when it does not."""
        found: list[str] = self.page.evaluate(BEYOND)
        return found

    def in_the_way(self) -> list[str]:
        """Return what stays when the page scrolls, if that hides much of a window."""
        found: list[str] = self.page.evaluate(STANDS)
        return found


def weight(data: bytes) -> int:
    """Return how much travels: production sends files gzipped."""
    return len(gzip.compress(data, 6))


def weight_of(page: Page, address: str) -> int:
    """Weigh a file once; the browser has it in its cache and answers no more."""
    if address not in KNOWN_WEIGHTS:
        KNOWN_WEIGHTS[address] = weight(page.request.get(address).body())
    return KNOWN_WEIGHTS[address]


def signed_in(person: Person, account: Account | None = None) -> Client:
    """Return a client of somebody who is in already: the front door has its own journeys."""
    client = Client()
    client.force_login(person)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, person, "password", reauthenticated=True)
    if account:
        request.session[CHOSEN_ACCOUNT] = account.pk
    request.session.save()
    return client


def remember(
    context: BrowserContext,
    address: str,
    person: Person,
    account: Account | None = None,
) -> None:
    """Let a browser be signed in already."""
    client = signed_in(person, account)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": address}
    context.add_cookies([cookie])
