"""Debian's Chromium, headless, for the tests that look at pages and play what was recorded.

One is started for all browser tests that a process runs in a row. It is ended before any other test: Playwright's
blocking interface keeps an event loop running in this thread, and no test that awaits something can run beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.rig import microphone
from tests.rig.system import PASSWORD, RunningSystem

SECONDS = 1000
SOON = 60 * SECONDS
"""How long anything that comes at once on an idle machine is waited for: runners are busy."""
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
FILLED = """() => !document.querySelector(":not(:defined)")
  && ![...document.querySelectorAll("[aria-busy=true], .skeleton")].some((one) => one.checkVisibility())"""


LEAN = ("chromium-headless-shell", "chromium")
"""The first that is there: the shell has no windows to paint, and takes a quarter less time for the same pages."""
_started: list[Browser] = []  # one, or none
_ending = ExitStack()


@pytest.fixture(scope="module")
def chromium() -> Browser:
    """The browser; a test that needs it is skipped, and says so, where it is not installed."""
    if not _started:
        found = next((path for name in LEAN if (path := shutil.which(name))), None)
        if found is None:
            pytest.skip("NO BROWSER: chromium is not installed, so no page was tried in one")
        expect.set_options(timeout=SOON)
        playwright = _ending.enter_context(sync_playwright())
        folder = _ending.enter_context(TemporaryDirectory(prefix="eyrie-browser-"))
        hears = microphone.flags(Path(folder))
        _started.append(playwright.chromium.launch(executable_path=found, args=[*FLAGS, *hears]))
        _ending.callback(_started.pop)
        _ending.callback(_started[0].close)
    return _started[0]


@pytest.fixture
def whole_window(chromium: Browser) -> Iterator[Page]:
    """A window of the browser that people have, for what the headless shell has not: installing apps."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("NO BROWSER: chromium is not installed, so nothing was tried that its headless shell has not")
    whole = chromium.browser_type.launch(executable_path=found, args=FLAGS)
    page, wrong = watched_page(whole.new_context())
    yield page
    whole.close()
    assert not wrong


def end_chromium_before(following: pytest.Item | None) -> None:
    """End the browser unless the test that follows uses it."""
    if following is None or "chromium" not in getattr(following, "fixturenames", ()):
        _ending.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Page]:
    """A window with no cookies, of somebody who is far from the site.

    Fails the test when the page raised an error or broke its content security policy.
    """
    context = chromium.new_context(locale="en-US", timezone_id="Asia/Tokyo")
    page, wrong = watched_page(context)
    yield page
    context.close()
    assert not wrong


def watched_page(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page and what goes wrong on it: errors of its scripts, breaches of its policy."""
    wrong: list[str] = []
    context.set_default_timeout(SOON)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    return page, wrong


def enter(window: Page, system: RunningSystem, name: str = "admin", password: str = PASSWORD) -> None:
    """Be signed in, without the sign-in page; the next page that is opened is that user's."""
    answer = window.context.request.post(
        f"{system.url}/api/v1/auth/login/", data={"username": name, "password": password}
    )
    assert answer.ok, answer.text()


def sign_in(window: Page, system: RunningSystem, name: str = "admin", password: str = PASSWORD) -> None:
    """Sign in as a person does; what comes then is for the test to await."""
    window.goto(system.url + "/sign-in/")
    window.fill("#username", name)
    window.fill("#password", password)
    window.get_by_role("button", name="Sign in", exact=True).click()


def filled(window: Page) -> None:
    """Return when nothing on the page is still to come: what its modules fill says so until it is filled."""
    window.wait_for_function(FILLED, timeout=SOON)
