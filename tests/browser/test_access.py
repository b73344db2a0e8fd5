"""Users, groups, roles and tokens in the browser: what is given reaches as far as it says, and the page says why."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_accessibility import looked_over
from tests.rig.browser import enter, filled, watched_page
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWN = "correct horse battery 7"


@pytest.fixture
def system(running_system: RunningSystem) -> RunningSystem:
    return running_system


def opened(window: Page, system: RunningSystem, address: str) -> None:
    window.goto(system.url + address)
    filled(window)


def assert_for_everybody(window: Page) -> None:
    assert looked_over(window) == []
    window.evaluate("document.documentElement.dataset.theme = 'dark'")


def dialog(window: Page) -> Locator:
    return window.get_by_role("dialog")


def test_a_copied_role_through_a_group_on_one_camera(window: Page, chromium: Browser, system: RunningSystem) -> None:
    ids = {name: system.add_camera(name, "rtsp://127.0.0.1:1/none") for name in ("Gate", "Yard")}
    try:
        window.emulate_media(reduced_motion="reduce")  # no colour is looked at halfway to another
        enter(window, system)
        _role_is_copied(window, system)
        _group_gets_it_at_the_gate(window, system)
        _user_is_added_to_the_group(window, system)
        _user_sees_one_camera(chromium, system, ids)
        _service_gets_a_token(window, system)
    finally:
        for camera_id in ids.values():
            system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def _role_is_copied(window: Page, system: RunningSystem) -> None:
    opened(window, system, "/system/users/roles/")
    assert_for_everybody(window)
    window.locator("[data-role=viewer]").get_by_role("button").click()
    expect(dialog(window).get_by_label("Watch a camera live")).to_be_disabled()
    dialog(window).get_by_role("button", name="Make a copy").click()
    dialog(window).get_by_label("Name").fill("Night guard")
    dialog(window).get_by_label("Search and play recordings").check()
    dialog(window).get_by_label("Hear a camera's sound, live and recorded").uncheck()
    dialog(window).get_by_role("button", name="Save").click()
    card = window.locator("[data-role=night-guard]")
    expect(card).to_contain_text("Made here. 3 permissions, given to nobody.")


def _group_gets_it_at_the_gate(window: Page, system: RunningSystem) -> None:
    opened(window, system, "/system/users/groups/")
    window.get_by_role("button", name="New group").click()
    dialog(window).get_by_label("Name").fill("Guards")
    dialog(window).get_by_role("button", name="Add").click()
    window.wait_for_url("**/users/groups/*/")
    filled(window)
    window.get_by_role("button", name="Give a role").click()
    dialog(window).get_by_label("Role").select_option("night-guard")
    dialog(window).get_by_label("For").select_option(label="Gate")
    dialog(window).get_by_label("Until").fill("2020-01-01T12:00")
    dialog(window).get_by_role("button", name="Give role").click()
    expect(dialog(window).get_by_role("alert")).to_contain_text("lies in the past")
    dialog(window).get_by_label("Until").fill("2098-06-01T12:00")
    dialog(window).get_by_role("button", name="Give role").click()
    given = window.locator("#granted [data-role=night-guard]")
    expect(given).to_contain_text("Gate")
    expect(given).to_contain_text("until 1 Jun 2098, 12:00:00")
    assert_for_everybody(window)


def _user_is_added_to_the_group(window: Page, system: RunningSystem) -> None:
    opened(window, system, "/system/users/")
    window.get_by_role("button", name="Add user").click()
    dialog(window).get_by_label("User name").fill("vi")
    dialog(window).get_by_label("Password").fill("short")
    dialog(window).get_by_label("Must be changed").uncheck()
    dialog(window).get_by_label("Role").select_option("")
    dialog(window).get_by_role("button", name="Add user").click()
    expect(dialog(window).get_by_role("alert").filter(visible=True)).to_contain_text("too short")
    dialog(window).get_by_label("Password").fill(OWN)
    dialog(window).get_by_role("button", name="Add user").click()
    window.wait_for_url("**/users/*/")
    filled(window)
    expect(window.locator("#none")).to_have_text("Nothing: no role reaches this user now.")
    window.locator("#groups").get_by_label("Guards").check()
    window.locator("#groups").get_by_role("button", name="Save").click()
    row = window.locator("#matrix tr")
    expect(row).to_have_count(1)
    expect(row.locator(".why")).to_contain_text("Night guard for Gate, until 1 Jun 2098, 12:00:00, from group Guards")
    head = window.locator("#functions th")
    expect(head).to_have_text(["Cameras", "Live", "Playback", "See", "Through"])
    expect(row.locator(".yes")).to_have_count(3)
    filled(window)
    assert_for_everybody(window)
    opened(window, system, "/system/users/")
    window.get_by_label("Search").fill("guards")
    expect(window.locator("#users tr")).to_have_count(1)
    expect(window.locator("[data-user=vi]")).to_be_visible()
    assert_for_everybody(window)


def _user_sees_one_camera(chromium: Browser, system: RunningSystem, ids: dict[str, int]) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
    page, wrong = watched_page(context)
    enter(page, system, "vi", OWN)
    opened(page, system, "/cameras/")
    expect(page.locator(".camera-row h2")).to_have_text(["Gate"])
    for address, status in (("/system/users/", 403), (f"/cameras/{ids['Yard']}/", 404), ("/exports/", 403)):
        answer = page.goto(system.url + address)
        assert answer is not None
        assert answer.status == status, address
    context.close()
    assert not [one for one in wrong if "403" not in one and "404" not in one]


def _service_gets_a_token(window: Page, system: RunningSystem) -> None:
    opened(window, system, "/system/users/tokens/")
    window.get_by_role("button", name="Add service account").click()
    dialog(window).get_by_label("Name").fill("till")
    dialog(window).get_by_label("Role").select_option("viewer")
    dialog(window).get_by_role("button", name="Add", exact=True).click()
    expect(window.locator("[data-service=till]")).to_contain_text("Viewer")
    window.get_by_role("button", name="New token").click()
    dialog(window).get_by_label("Name").fill("till 3")
    dialog(window).get_by_label("Owner").select_option(label="till")
    dialog(window).get_by_label("Only from these addresses").fill("10.0.0.300")
    dialog(window).get_by_text("Only these cameras").click()
    dialog(window).get_by_label("Yard").check()
    dialog(window).get_by_role("button", name="Save").click()
    expect(dialog(window).get_by_role("alert")).to_contain_text("'10.0.0.300' is no address or network")
    dialog(window).get_by_label("Only from these addresses").fill("127.0.0.0/8\n::1")
    dialog(window).get_by_role("button", name="Save").click()
    secret = dialog(window).get_by_label("Token", exact=True).input_value()
    dialog(window).get_by_role("button", name="I have it").click()
    seen = httpx.get(f"{system.url}/api/v1/cameras/", headers={"Authorization": f"Token {secret}"}, verify=False)  # noqa: S501  a test's own certificate
    assert [row["name"] for row in seen.json()["results"]] == ["Yard"]
    row = window.locator("[data-token='till 3']")
    expect(row).to_contain_text("1 camera, 127.0.0.0/8, ::1/128")
    assert_for_everybody(window)
    row.get_by_role("button", name="New secret").click()
    dialog(window).get_by_role("button", name="Make it").click()
    expect(dialog(window).get_by_label("Token", exact=True)).not_to_have_value(secret)
    dialog(window).get_by_role("button", name="I have it").click()
    expect(row).to_contain_text("old secret until")
    row.get_by_role("button", name="Take back").click()
    window.locator("#confirm [value=yes]").click()
    expect(row).to_have_count(0)
