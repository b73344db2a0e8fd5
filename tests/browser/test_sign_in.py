"""Signing in as people do: passkeys, an app's codes, locked out across a restart, sessions, and being asked again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from core.signin.totp import STEP_MS
from tests.rig.browser import enter, sign_in, watched_page
from tests.rig.system import PASSWORD, RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OTHER = "seven green kettles"
AN_HOUR_AGO = """
from django.contrib.sessions.models import Session
from core.signin.sessions import STATE, session_of
for row in Session.objects.all():
    session = session_of(row.session_key)
    if STATE in session:
        session[STATE] = session[STATE] | {"fresh_ms": session[STATE]["fresh_ms"] - 3_600_000}
        session.save()
"""


class ByName(RunningSystem):
    """Passkeys are for names, and browsers take this one without HTTPS."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return super().url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    system = ByName(tmp_path_factory.mktemp("sign-in") / "data", {"EYRIE_PLUGINS": "local_disk"})
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def strangers(chromium: Browser) -> Iterator[Page]:
    """Another window, without the cookies of the first."""
    context = chromium.new_context(locale="en-US")
    page, wrong = watched_page(context)
    yield page
    context.close()
    assert not wrong


def add(system: RunningSystem, name: str, role: str) -> None:
    body = {"username": name, "password": OTHER, "roles": [role]}
    system.api.post("users/", json=body).raise_for_status()


def has_passkeys(window: Page) -> None:
    """A device that has them, and whose owner always agrees."""
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session = window.context.new_cdp_session(window)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def shown_code(secret: str, clock_ms: int) -> str:
    return format_hotp_value(hotp_value(secret.replace(" ", ""), clock_ms // STEP_MS))


def set_up_app(window: Page) -> tuple[str, list[str]]:
    """The secret and the recovery codes that were shown."""
    window.get_by_role("button", name="Set up an app").click()
    expect(window.locator("#secret")).not_to_be_empty()
    secret = window.locator("#secret").inner_text()
    # Of the step that is over: the one that lasts is for signing in, since none is good twice.
    window.get_by_label("Code", exact=True).fill(shown_code(secret, now_ms(window) - STEP_MS))
    window.get_by_role("button", name="Use this app").click()
    expect(window.locator("#code-list li")).to_have_count(10)
    codes = window.locator("#code-list li").all_inner_texts()
    window.get_by_role("button", name="I have kept them").click()
    return secret, codes


def now_ms(window: Page) -> int:
    return int(window.evaluate("Date.now()"))


def sign_out(window: Page) -> None:
    window.get_by_role("button", name="Signed in as").click()
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("heading", name="Sign in to Eyrie")).to_be_visible()


def test_a_passkey_is_made_and_signs_in_without_a_password(window: Page, system: RunningSystem) -> None:
    add(system, "kay", "viewer")
    has_passkeys(window)
    sign_in(window, system, "kay", OTHER)
    expect(window).to_have_url(system.url + "/")
    window.goto(system.url + "/account/")
    window.get_by_role("button", name="Add a passkey").click()
    window.get_by_label("Name").fill("Kay's laptop")
    window.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(window.locator("#code-list li")).to_have_count(10)
    window.get_by_role("button", name="I have kept them").click()
    expect(window.locator("#passkeys")).to_contain_text("Kay's laptop")
    sign_out(window)
    window.get_by_role("button", name="Sign in with a passkey").click()
    expect(window).to_have_url(system.url + "/")
    sign_out(window)
    sign_in(window, system, "kay", OTHER)  # and it is the second step after a password
    expect(window.get_by_text("One more step shows that it is you.")).to_be_visible()
    window.get_by_role("button", name="Use a passkey").click()
    expect(window).to_have_url(system.url + "/")


def test_a_role_leads_through_setting_up_an_app(window: Page, system: RunningSystem) -> None:
    roles = system.api.get("roles/").json()["results"]
    operator = next(role for role in roles if role["name"] == "operator")
    system.api.patch(f"roles/{operator['id']}/", json={"second_factor": True}).raise_for_status()
    add(system, "olga", "operator")
    sign_in(window, system, "olga", OTHER)
    expect(window).to_have_url(system.url + "/account/")
    expect(window.get_by_text("Your role asks for a second factor.")).to_be_visible()
    window.goto(system.url + "/playback/")
    expect(window).to_have_url(system.url + "/account/")
    secret, codes = set_up_app(window)
    expect(window).to_have_url(system.url + "/")
    sign_out(window)
    sign_in(window, system, "olga", OTHER)
    window.get_by_label("Code").fill("000000")
    window.get_by_role("button", name="Go on").click()
    expect(window.get_by_role("alert")).to_have_text("This code is wrong, or was used before.")
    window.get_by_label("Code").fill(shown_code(secret, now_ms(window)))
    window.get_by_role("button", name="Go on").click()
    expect(window).to_have_url(system.url + "/")
    sign_out(window)
    sign_in(window, system, "olga", OTHER)
    window.get_by_label("Code").fill(codes[0])
    window.get_by_role("button", name="Go on").click()
    expect(window).to_have_url(system.url + "/")


def test_a_lock_outlives_a_restart_until_an_administrator_takes_it_away(
    window: Page, strangers: Page, system: RunningSystem
) -> None:
    add(system, "vic", "viewer")
    wrong = {"username": "vic", "password": "not it"}
    for _ in range(4):
        window.context.request.post(f"{system.url}/api/v1/auth/login/", data=wrong)
    sign_in(window, system, "vic", "not it")
    expect(window.get_by_role("alert").filter(visible=True)).to_have_text(re.compile("Too many wrong attempts"))
    system.stop()
    system.start()
    sign_in(window, system, "vic", OTHER)
    expect(window.get_by_role("alert").filter(visible=True)).to_have_text(
        re.compile(r"Too many wrong attempts; the next one is looked at after \d\d:\d\d:\d\d\.")
    )
    enter(strangers, system)
    strangers.goto(system.url + "/system/sign-in/")
    row = strangers.locator("#locks tr").filter(has_text="vic")
    row.get_by_role("button", name="Unlock").click()
    expect(row).to_have_count(0)
    window.get_by_role("button", name="Sign in", exact=True).click()
    expect(window).to_have_url(system.url + "/")


def test_a_session_is_ended_from_another_one(window: Page, strangers: Page, system: RunningSystem) -> None:
    add(system, "sue", "viewer")
    for page in (window, strangers):
        enter(page, system, "sue", OTHER)
    window.goto(system.url + "/account/")
    rows = window.locator("#sessions li")
    expect(rows).to_have_count(2)
    strangers.goto(system.url + "/")
    rows.get_by_role("button", name="End").click()
    expect(rows).to_have_count(1)
    expect(strangers.get_by_role("heading", name="Sign in to Eyrie")).to_be_visible()


def test_what_is_dangerous_asks_again_and_goes_on(window: Page, system: RunningSystem) -> None:
    enter(window, system)
    window.goto(system.url + "/system/sign-in/")
    remembered = window.get_by_label("Refuse the last passwords of a user")
    expect(remembered).to_have_value("5")
    system.run("shell", "-c", AN_HOUR_AGO)
    remembered.fill("7")
    window.get_by_role("button", name="Save").click()
    asked = window.get_by_role("dialog", name="Is it you?")
    asked.get_by_label("Password").fill("not it")
    asked.get_by_role("button", name="Go on").click()
    expect(asked.get_by_role("alert")).to_have_text("This is not your password.")
    asked.get_by_label("Password").fill(PASSWORD)
    asked.get_by_role("button", name="Go on").click()
    expect(window.get_by_text("Saved.")).to_be_visible()
    window.reload()
    expect(remembered).to_have_value("7")
