"""Debian's Chromium, headless, for the tests that look at pages and play what was recorded.

It lives as long as one module's tests: Playwright's blocking interface keeps an event loop running in this thread, and
no test that awaits something can run beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; a test that needs it is skipped, and says so, where it is not installed."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("NO BROWSER: chromium is not installed, so no page was tried in one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Page]:
    """A window with no cookies, of somebody who is far from the site.

    Fails the test when the page raised an error or broke its content security policy.
    """
    wrong: list[str] = []
    context = chromium.new_context(locale="en-US", timezone_id="Asia/Tokyo")
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not wrong
