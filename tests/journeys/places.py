"""Every page and state that has to be sound: where it is, who looks, how to get there.

A new page, or a new state of one, gets a line in `PLACES`; `test_quality.py` does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from playground.gallery import boards, sharing
from playground.generation.models import Generation, Picture
from tests.cast import Customer
from tests.web.orders import a_painted_picture_of, an_order


@dataclass(frozen=True)
class Scene:
    """What there is to look at: alice with pictures, a failure and one being painted."""

    alice: Customer
    done: Generation
    picture: Picture
    key: str
    board: str
    token: str


@dataclass(frozen=True)
class Place:
    """A page in one of its states. Without `signed_in` a stranger looks at it."""

    name: str
    address: str
    signed_in: bool = False
    then: Callable[[Page], object] | None = None

    def path(self, scene: Scene) -> str:
        """Fill in what the scene knows: {picture}, {board}, …"""
        known = {
            "picture": scene.picture.pk,
            "order": scene.done.pk,
            "key": scene.key,
            "board": scene.board,
            "token": scene.token,
        }
        return self.address.format(**known)


def scene_of(alice: Customer) -> Scene:
    """Write what the pages show."""
    an_order(alice.account, credits=2, days_ago=3, delivered=0, state="failed")
    done = an_order(alice.account, credits=1, n=4, delivered=3, prompt="a paper boat")
    pictures = [a_painted_picture_of(done, position) for position in range(3)]
    board = boards.open_board(alice.account.pk, "Boats")
    boards.pin(board, pictures[:2])
    sharing.publish(pictures[0])
    token = sharing.share(pictures[0], tells_prompt=True).token or ""
    key = alice.account.keys.get()
    alice.person.is_staff = True  # the operator's pages are hers, too
    alice.person.save()
    return Scene(alice, done, pictures[0], key.pk, board.pk, token)


def open_dialog(button: str, dialog: str) -> Callable[[Page], None]:
    """Press something, and wait for what it opens."""

    def opened(page: Page) -> None:
        page.locator(button).first.click()
        expect(page.locator(dialog)).to_be_visible()

    return opened


def press(key: str, dialog: str) -> Callable[[Page], None]:
    def opened(page: Page) -> None:
        page.keyboard.press(key)
        expect(page.locator(dialog)).to_be_visible()

    return opened


def choose(page: Page) -> None:
    page.locator("[data-day]").first.check()
    expect(page.locator("#pickbar")).to_be_visible()


def open_formats(page: Page) -> None:
    """Open a picture with everything there is to open beside it."""
    page.locator("main [data-picture]").first.click()
    page.get_by_label("Other formats").click()
    expect(page.locator("#copies .copies")).to_be_visible()
    for closed in page.locator("#keeping details:not([open]) summary").all()[::-1]:
        closed.click()


def wrong_password(page: Page) -> None:
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def point_at_chart(page: Page) -> None:
    page.locator("[data-chart]").focus()
    page.keyboard.press("End")
    expect(page.locator(".chart-tip")).to_be_visible()


def open_editors(page: Page) -> None:
    """On a phone the settings stand behind a button of their own."""
    if page.locator("#more-button").is_visible():
        page.locator("#more-button").click()
    open_dialog("#model-button", "#editors")(page)


PLACES = [
    Place("create, as a guest", "/"),
    Place("create", "/", signed_in=True),
    Place("create, a prompt", "/?prompt=a+fox", signed_in=True),
    Place("create, compared", "/?model=sketch-1&mode=compare&rehearse=on", True),
    Place("create, a reference", "/?reference={picture}", signed_in=True),
    Place(
        "create, models",
        "/",
        signed_in=True,
        then=press("m", "#picker"),
    ),
    Place("commands", "/", signed_in=True, then=press("Control+k", "#commands")),
    Place("create, keyboard", "/", signed_in=True, then=press("?", "#keys-help")),
    Place(
        "create, lightbox",
        "/",
        signed_in=True,
        then=open_dialog("#feed [data-picture]", "#lightbox .info"),
    ),
    Place(
        "create, as code",
        "/",
        signed_in=True,
        then=open_dialog("[hx-target='#as-code']", "#code-curl"),
    ),
    Place("picture", "/p/{picture}", signed_in=True),
    Place("history", "/history", signed_in=True),
    Place("history, nothing", "/history"),
    Place("history, chosen", "/history", signed_in=True, then=choose),
    Place("history, failures", "/history?show=failed", signed_in=True),
    Place("history, nothing fits", "/history?q=zebra", signed_in=True),
    Place("history, lightbox", "/history", signed_in=True, then=open_formats),
    Place("boards", "/boards", signed_in=True),
    Place("board", "/boards/{board}", signed_in=True),
    Place("copies", "/pictures/{picture}/copies", signed_in=True),
    Place("gallery", "/gallery"),
    Place(
        "gallery, lightbox",
        "/gallery",
        then=open_dialog("main [data-picture]", "#lightbox .info"),
    ),
    Place("gallery, one picture", "/gallery/{picture}"),
    Place("report", "/gallery/{picture}/report"),
    Place("shared", "/s/{token}"),
    Place("shared no more", "/s/nothing"),
    Place("edit, begin", "/edit", signed_in=True),
    Place("edit", "/edit/{picture}", signed_in=True),
    Place(
        "edit, models",
        "/edit/{picture}",
        signed_in=True,
        then=open_editors,
    ),
    Place("edit, extended", "/edit/{picture}?frame_right=64", signed_in=True),
    Place("errors of the API", "/docs/errors"),
    Place("usage", "/console/usage", signed_in=True),
    Place("usage, pointed at", "/console/usage", signed_in=True, then=point_at_chart),
    Place("a request", "/console/requests/{order}", signed_in=True),
    Place("webhooks", "/console/webhooks", signed_in=True),
    Place("a new webhook", "/console/webhooks/new", signed_in=True),
    Place("billing details", "/console/credits/details", signed_in=True),
    Place("settings of the account", "/console/settings", signed_in=True),
    Place("keys", "/console/keys", signed_in=True),
    Place(
        "keys, a new one",
        "/console/keys",
        signed_in=True,
        then=open_dialog("a[href='/console/keys/new']", "#steps dialog"),
    ),
    Place("a new key", "/console/keys/new", signed_in=True),
    Place("a key's end", "/console/keys/{key}/revoke", signed_in=True),
    Place("credits", "/console/credits", signed_in=True),
    Place("channels", "/operator/channels", signed_in=True),
    Place(
        "channels, a new one",
        "/operator/channels",
        signed_in=True,
        then=open_dialog("a[href='/operator/channels/new']", "#steps dialog"),
    ),
    Place(
        "channels, a test",
        "/operator/channels",
        signed_in=True,
        then=open_dialog("[aria-label='Test sketch']", "#steps dialog img"),
    ),
    Place("routing", "/operator/channels/preview", signed_in=True),
    Place("sign in", "/accounts/login/"),
    Place("sign in, refused", "/accounts/login/", then=wrong_password),
    Place("sign up", "/accounts/signup/"),
    Place("a new password", "/accounts/password/reset/"),
    Place("sign in by mail", "/accounts/login/code/"),
    Place("members", "/console/members", signed_in=True),
    Place("roles", "/console/roles", signed_in=True),
    Place("activity", "/console/activity", signed_in=True),
    Place("teams", "/accounts/teams/", signed_in=True),
    Place("profile", "/accounts/profile/", signed_in=True),
    Place("security", "/accounts/2fa/", signed_in=True),
    Place("sessions", "/accounts/sessions/", signed_in=True),
    Place("mails", "/accounts/mails/", signed_in=True),
    Place("one's data", "/accounts/data/", signed_in=True),
    Place("e-mail addresses", "/accounts/email/", signed_in=True),
    Place("nothing here", "/nowhere"),
]
