"""How to bring a page into a state: what is pressed, and what is there afterwards."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.cast import PASSWORD


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


def call_both_bad(page: Page) -> None:
    page.get_by_role("button", name="Both bad").click()
    expect(page.get_by_role("link", name="Next pair")).to_be_visible()


def wrong_password(page: Page) -> None:
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def open_editors(page: Page) -> None:
    """On a phone the settings stand behind a button of their own."""
    if page.locator("#more-button").is_visible():
        page.locator("#more-button").click()
    open_dialog("#model-button", "#editors")(page)


def preview_a_price(page: Page) -> None:
    """Halve what a group pays: every price moves, and some are below cost."""
    page.get_by_label("Multiplier").fill("0.05")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()


def second_step(page: Page) -> None:
    """Bob's password is right; his door has another lock."""
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("bob@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/2fa/authenticate/")


def ask_for_code(page: Page) -> None:
    """One that was asked for is waited for: another would come too soon."""
    if page.url.endswith("/accounts/login/code/confirm/"):
        return
    page.goto("/accounts/login/code/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_role("button", name="code").click()
    page.wait_for_url("**/accounts/login/code/confirm/")


def forged(page: Page) -> None:
    """Send a form without the token that says it is ours."""
    page.locator("form [name=csrfmiddlewaretoken]").first.evaluate("it => it.remove()")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("nothing")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="open too long")).to_be_visible()


def show_secret(page: Page) -> None:
    page.get_by_role("button", name="Show that secret").click()
    expect(page.locator("#steps dialog")).to_be_visible()


def make_key(page: Page) -> None:
    page.get_by_label("Name").fill("newsletter")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_label("New key newsletter")).to_be_visible()


def lack_credits(page: Page) -> None:
    """Ask for more than there is."""
    if page.locator(".setup").is_visible():
        page.locator(".setup").click()
    page.locator(".seg label:has(input[value='4K'])").click()
    if page.locator("#sheet .close").is_visible():
        page.locator("#sheet .close").click()
    page.get_by_label("Prompt").fill("a fox")
    page.locator("#generate").click()
    expect(page.get_by_role("alert")).to_be_visible()


def lose_the_line(page: Page) -> None:
    """The browser says that it is offline, and nobody answers when the page asks."""
    page.route("**/healthz", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("#offline .banner")).to_be_visible()


def point_at_chart(page: Page) -> None:
    page.locator("[data-chart]").focus()
    page.keyboard.press("End")
    expect(page.locator(".chart-tip")).to_be_visible()


def say_why(page: Page) -> None:
    """Staff see a customer's pictures after they said why."""
    if page.get_by_label("Why you look").count():
        page.get_by_label("Why you look").fill("The customer asks about the boat")
        page.get_by_role("button", name="Show them").click()
    expect(page.locator("#pictures")).to_be_visible()
