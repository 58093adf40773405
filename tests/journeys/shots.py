"""Pictures of the pages, to look at beside the design: `python -m tests.journeys.shots`.

Starts an instance of its own, paints a few things with rehearsals, and writes one
picture for each scene, width and theme. A scene is a function that brings a page into a
state; add yours to `SCENES`.
"""

import argparse
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys import studio_scenes
from tests.services.browser import running_browser
from tests.services.instance import Running, instance
from tests.services.ports import free_port

READY = r"(?s)Easel is ready at (\S+).*Ctrl-C"
VIEWS = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
VASE = (
    "A hand-thrown stoneware vase with rowan berries on a plaster shelf, raking"
    " morning light through a window"
)


@dataclass(frozen=True)
class Stage:
    """Where the instance is and who its demo account is."""

    url: str
    email: str
    password: str


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--only", default="", help="scenes whose name holds this")
    asked = options.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        with instance(Path(folder), free_port()) as easel, running_browser() as browser:
            stage = stage_of(easel)
            prepare(browser, stage)
            for name in (name for name in SCENES if asked.only in name):
                for view, theme in ((v, t) for v in VIEWS for t in THEMES):
                    shoot(browser, stage, name, asked.out / f"{name}-{view}-{theme}")


def stage_of(easel: Running) -> Stage:
    greeting = easel.wait_for(READY)[0]
    password = re.search(r"[Pp]assword\s+(\S+)", greeting)
    email = re.search(r"(\S+@\S+)", greeting)
    url = re.search(r"ready at (\S+)", greeting)
    assert password and email and url, greeting
    easel.wait_for(r"celery@\S+ ready")
    return Stage(url[1].rstrip("/"), email[1], password[1])


def sign_in(page: Page, stage: Stage) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(stage.email)
    page.get_by_label("Password", exact=True).fill(stage.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def generate(page: Page, prompt: str, **radios: str) -> None:
    for name, value in radios.items():
        page.locator(f"label:has(input[name={name}][value='{value}'])").click()
    page.get_by_label("Prompt").fill(prompt)
    page.locator("#generate").click()
    expect(page.locator("#feed .prompt").first).to_have_text(prompt)


def prepare(browser: Browser, stage: Stage) -> None:
    """Paint what the scenes show."""
    context = browser.new_context(base_url=stage.url)
    page = context.new_page()
    sign_in(page, stage)
    generate(page, "Marbled ink, burgundy and cream", aspect_ratio="1:1")
    generate(page, "Desert dunes at sunset, a low sun", aspect_ratio="16:9", n="2")
    expect(page.locator("#rail .dot.live")).to_have_count(0, timeout=90_000)
    studio_scenes.prepare(page)
    page.goto("/")
    page.get_by_role("switch", name="Rehearse").check()
    page.locator(".seg label:has(#mode-compare)").click()
    expect(page.locator("#rival-1")).to_be_visible()
    generate(page, "Misty mountains at dawn, watercolour", aspect_ratio="4:5", n="1")
    page.locator(".seg label:has(#mode-single)").click()
    expect(page.locator("#rival-1")).to_have_count(0)
    generate(page, "easel:partial " + VASE, n="4")
    expect(page.locator("#rail .dot.live")).to_have_count(0, timeout=90_000)
    generate(page, "easel:slow 100 " + VASE, n="4")
    expect(page.locator(".tile.job [data-seconds]").first).to_be_visible()
    context.close()


def shoot(browser: Browser, stage: Stage, name: str, path: Path) -> None:
    view, theme = path.name.split("-")[-2:]
    width, height = VIEWS[view]
    context = browser.new_context(
        base_url=stage.url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        has_touch=view == "phone",
        reduced_motion="reduce",
    )
    page = context.new_page()
    SCENES[name](page, stage)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=f"{path}.png")
    context.close()


def welcome(page: Page, stage: Stage) -> None:
    page.goto("/")


def playground(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    page.get_by_label("Prompt").fill(VASE)


def further_down(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    page.locator("#feed .run").nth(1).evaluate("run => run.scrollIntoView()")


def comparison(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    page.locator("#feed .duel").evaluate(
        "duel => duel.closest('.run').scrollIntoView()"
    )


def settings(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    if page.locator(".setup").is_visible():
        page.locator(".setup").click()
    page.locator(".seg label:has(#mode-compare)").click()
    expect(page.locator("#rival-1")).to_be_visible()


def picker(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    if page.locator(".setup").is_visible():
        page.locator(".setup").click()
    page.locator("#model-button").click()


def lightbox(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    page.locator("#feed [data-picture]").first.click()
    expect(page.locator("#lightbox .info")).to_be_visible()


def as_code(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    page.get_by_role("button", name="Code").first.click()
    expect(page.get_by_role("dialog", name="This run as code")).to_be_visible()


def keyboard(page: Page, stage: Stage) -> None:
    sign_in(page, stage)
    page.locator("body").press("?")
    expect(page.locator("#keys-help")).to_be_visible()


def at(path: str) -> Callable[[Page, Stage], None]:
    """A page of the console, as it is when one comes to it."""

    def seen(page: Page, stage: Stage) -> None:
        sign_in(page, stage)
        page.goto(path)

    return seen


def usage(page: Page, stage: Stage) -> None:
    at("/console/usage")(page, stage)
    page.locator("[data-chart]").focus()
    page.keyboard.press("End")


def request(page: Page, stage: Stage) -> None:
    at("/console/usage?status=succeeded")(page, stage)
    page.locator("td a code").first.click()
    page.locator("#request").wait_for()


def key_new(page: Page, stage: Stage) -> None:
    at("/console/keys")(page, stage)
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").wait_for()


def of_studio(scene: Callable[[Page], object]) -> Callable[[Page, Stage], None]:
    def seen(page: Page, stage: Stage) -> None:
        sign_in(page, stage)
        scene(page)

    return seen


SCENES: dict[str, Callable[[Page, Stage], None]] = {
    "welcome": welcome,
    "playground": playground,
    "further_down": further_down,
    "comparison": comparison,
    "settings": settings,
    "picker": picker,
    "lightbox": lightbox,
    "as_code": as_code,
    "keyboard": keyboard,
    **{name: of_studio(scene) for name, scene in studio_scenes.SCENES.items()},
    "usage": usage,
    "request": request,
    "keys": at("/console/keys"),
    "key_new": key_new,
    "billing": at("/console/credits"),
    "members": at("/console/members"),
    "activity": at("/console/activity"),
    "security": at("/accounts/2fa/"),
    "sessions": at("/accounts/sessions/"),
}

if __name__ == "__main__":
    main()
