"""An administrator sets up a directory in the browser, tries it, gives a group a role, and somebody of it signs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from plugins.ldap_rbac.testing import GROUPS, PASSWORD, PEOPLE, READER, Slapd, needs_slapd, slapd
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, filled, watched_page
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
ANNAS = "right horse for anna"


@pytest.fixture
def company() -> Iterator[Slapd]:
    needs_slapd()
    with slapd() as running:
        guards = running.group("guards", running.person("anna", ANNAS), running.person("bert"))
        running.group("<b>staff</b>", guards)
        yield running


def test_from_nothing_to_somebody_who_signs_in(
    window: Page, chromium: Browser, new_system: Callable[..., RunningSystem], company: Slapd
) -> None:
    system = new_system(EYRIE_PLUGINS="local_disk,ldap_rbac").start()
    enter(window, system)
    window.goto(f"{system.url}/system/directories/")
    filled(window)
    window.get_by_role("link", name="Add a directory").click()
    filled(window)
    _filled_in_and_tried(window, company)
    window.get_by_role("button", name="Save").click()
    expect(window.locator("#title")).to_have_text("Company")
    _group_gets_a_role(window)
    _people_are_compared(window)
    assert violations(window) == []
    _somebody_signs_in(chromium, system)
    window.goto(f"{system.url}/system/directories/")
    card = window.locator(".directory")
    expect(card.locator(".badge")).to_have_text("Ready")
    expect(card).to_contain_text("2 users")
    assert violations(window) == []
    card.get_by_role("button", name="Pause").click()
    expect(card.locator(".badge")).to_have_text("Paused")


def _filled_in_and_tried(page: Page, company: Slapd) -> None:
    form, steps = page.locator("#settings"), page.locator("#steps li")
    form.get_by_label("Name", exact=True).fill("Company")
    expect(form.get_by_label("Short name")).to_have_value("company")
    form.get_by_label("Servers").fill(f"127.0.0.1:{company.port}")
    form.get_by_label("Account to search with").fill(READER)
    form.get_by_label("Its password").fill("wrong")
    form.get_by_label("Where people are").fill(PEOPLE)
    form.get_by_label("Where groups are").fill(GROUPS)
    page.get_by_role("button", name="Test").click()
    expect(steps.last).to_contain_text("signed by nobody who is trusted")
    form.get_by_label("Certificate authority").fill(company.authority.pem())
    page.get_by_role("button", name="Test").click()
    expect(steps.last).to_contain_text("check the account to search with")
    form.get_by_label("Its password").fill(PASSWORD)
    page.get_by_label("User name of somebody there").fill("anna")
    page.get_by_role("button", name="Test").click()
    expect(steps.last).to_contain_text("Save the directory, then link its groups to roles.")
    expect(steps.nth(4)).to_contain_text("They are in 2 groups")
    assert violations(page) == []


def _group_gets_a_role(page: Page) -> None:
    expect(page.locator("#no-links")).to_be_visible()
    page.get_by_label("Find a group in the directory").fill("staff")
    page.locator("#far-groups").get_by_role("button", name="<b>staff</b>").click()
    link = page.locator(".link")
    expect(link.locator("h4")).to_have_text("<b>staff</b>")
    link.get_by_role("button", name="Give a role").click()
    dialog = page.locator("#give")
    dialog.get_by_label("Role").select_option("operator")
    assert violations(page) == []
    dialog.get_by_role("button", name="Give role").click()
    expect(link.locator(".chip")).to_contain_text("Operator")


def _people_are_compared(page: Page) -> None:
    outlook = page.locator("#outlook")
    page.get_by_role("button", name="Show what would change").click()
    expect(outlook).to_contain_text("Come: 2")
    page.get_by_role("button", name="Compare now").click()
    expect(page.locator("#compared")).to_contain_text("2 people may sign in.")
    expect(page.locator(".link .members")).to_have_text("2 users here")


def _somebody_signs_in(chromium: Browser, system: RunningSystem) -> None:
    context = chromium.new_context(locale="en-US")
    page, wrong = watched_page(context)
    page.goto(f"{system.url}/sign-in/")
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password", exact=True).fill(ANNAS)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    expect(page.locator("body")).to_contain_text("anna")
    context.close()
    assert not wrong
