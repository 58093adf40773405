"""Debian's Chromium, driven by Playwright.

Playwright's plain API keeps an event loop running in its thread, which Django
takes for asynchronous code and refuses to query from; inside a browser test the
thread is ours alone, so Django is told that it is safe.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

MISSING = "Chromium is not installed (Debian package: chromium)."
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str | None:
    return shutil.which("chromium")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start a headless Chromium; it ends with the block."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
