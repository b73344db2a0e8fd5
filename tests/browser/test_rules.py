"""A person builds a rule from fields, sees it fire and what became of it, looks at the event, and arms the site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.receiver import Receiver
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def system(new_system: Callable[..., RunningSystem]) -> RunningSystem:
    found = new_system(EYRIE_PLUGINS="local_disk,webhook").start()
    own = {"values": {"networks": ["127.0.0.0/8"]}}
    found.api.put("plugins/webhook/settings/", json=own).raise_for_status()
    return found


def send(system: RunningSystem, title: str) -> int:
    body = {"attributes": {"title": title}, "objects": [{"label": "person", "box": [0.1, 0.2, 0.3, 0.4]}]}
    found: int = system.api.post("events/", json=body).raise_for_status().json()["id"]
    return found


def test_a_rule_is_built_fires_and_is_looked_into(window: Page, system: RunningSystem, receiver: Receiver) -> None:
    earlier = send(system, "Bell at the gate")
    enter(window, system)
    window.goto(f"{system.url}/rules/")
    window.get_by_role("link", name="Add the first rule").click()
    filled(window)
    window.get_by_label("Name", exact=True).fill("Answer the bell")
    window.get_by_label("Search in Events").first.fill("another")
    window.get_by_label("Event of another system").first.check()
    window.get_by_role("button", name="+ Condition").click()
    window.get_by_label("Field").select_option(label="Title")
    window.get_by_label("Comparison").select_option(label="looks like")
    window.get_by_label("Value", exact=True).fill("bell*")
    expect(window.locator("#sentence")).to_contain_text("When “Event of another system”, and Title looks like bell*")
    expect(window.locator("#dry-words")).to_contain_text("would have fired 1 time")
    expect(window.locator("#dry-moments a")).to_have_attribute("href", f"/events/{earlier}/")

    window.get_by_label("Kind of action").select_option("webhook")
    window.get_by_role("button", name="Add action").click()
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text("Something is missing in an action")).to_be_visible()
    expect(window.get_by_label("Address")).to_be_focused()
    window.get_by_label("Address").fill(receiver.url)
    window.get_by_label("Body", exact=True).fill('{"words": {{ event.attributes.colour | json }}}')
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text("'event.attributes.colour' is not there")).to_be_visible()
    window.get_by_label("Body", exact=True).fill('{"words": {{ event.attributes.title | json }}}')
    window.get_by_role("button", name="Save").click()
    window.wait_for_url("**/rules/1/")
    filled(window)
    expect(window.get_by_label("Value", exact=True)).to_have_value("bell*")

    window.goto(f"{system.url}/rules/log/")
    filled(window)
    expect(window.get_by_text("Nothing was done yet")).to_be_visible()
    send(system, "Horn")
    event = send(system, "Bell now")
    row = window.get_by_role("row").filter(has_text="Answer the bell")
    expect(row).to_contain_text("Done")
    assert receiver.calls == [{"words": "Bell now"}]
    row.get_by_role("link", name="Event of another system").click()
    window.wait_for_url(f"**/events/{event}/")
    filled(window)
    expect(window.get_by_text("Bell now")).to_be_visible()
    expect(window.locator("#outcomes")).to_contain_text("Answer the bell")
    window.get_by_label("Note").fill("It was the post.")
    window.get_by_role("button", name="I have looked at it").click()
    expect(window.locator("#seen-by")).to_contain_text("It was the post.")


def test_a_rule_is_switched_off_tried_and_the_site_armed(
    window: Page, system: RunningSystem, receiver: Receiver
) -> None:
    settings = {"url": receiver.url, "body": '{"rule": {{ rule | json }}}'}
    rule = {"types": ["external.event"], "actions": [{"name": "webhook", "settings": settings}]}
    system.api.post("rules/", json={"name": "Call", "definition": rule}).raise_for_status()
    enter(window, system)
    window.goto(f"{system.url}/rules/")
    filled(window)
    window.get_by_role("switch", name="Rule Call is switched on").click()
    eventually(lambda: not system.api.get("rules/1/").json()["enabled"], 20, "the rule is switched off")
    window.get_by_role("button", name="Away", exact=True).click()
    expect(window.get_by_role("button", name="Away", exact=True)).to_have_attribute("aria-pressed", "true")
    assert system.api.get("arming/").json()["mode"] == "away"
    window.get_by_role("link", name="Edit").click()
    filled(window)
    window.get_by_role("button", name="Do it now").click()
    expect(window.locator("#tried-list")).to_contain_text("Done")
    assert receiver.calls == [{"rule": "Call"}]
    window.get_by_role("button", name="Delete", exact=True).click()
    window.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(window.get_by_text("No rules yet")).to_be_visible()


def test_conditions_are_nested_and_what_is_there_is_chosen(
    window: Page, new_system: Callable[..., RunningSystem]
) -> None:
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,operator,arm").start()
    system.add_camera("Yard", "rtsp://127.0.0.1:9/yard")
    event = {"attributes": {"title": "Bell", "zone": "Ramp"}}
    system.api.post("events/", json=event).raise_for_status()
    enter(window, system)
    window.goto(f"{system.url}/rules/modes/")
    filled(window)
    window.get_by_label("Another mode").fill("Party")
    window.get_by_role("button", name="Add mode").click()
    window.get_by_role("button", name="Rename Party").click()
    window.get_by_role("dialog").get_by_label("Name").fill("Night")
    window.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(window.get_by_role("button", name="Arm the site as Night")).to_be_visible()
    window.locator("#arm").click()
    window.get_by_role("menuitemradio", name="Night").click()
    expect(window.locator("#arm")).to_have_text("The site is armed as Night")
    assert system.api.get("arming/").json()["mode"] == "Night"

    window.goto(f"{system.url}/rules/kinds/")
    filled(window)
    window.get_by_role("button", name="New kind").click()
    window.get_by_label("Title", exact=True).fill("Fire alarm")
    window.get_by_role("button", name="+ Field").click()
    window.get_by_label("Name of the field").fill("zone")
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text("external.fire_alarm", exact=True)).to_be_visible()

    window.goto(f"{system.url}/rules/new/")
    filled(window)
    window.get_by_label("Name", exact=True).fill("Nested")
    window.get_by_label("Fire alarm").first.check()
    window.get_by_label("Event of another system").first.check()
    condition = window.locator("#condition")
    condition.get_by_role("button", name="+ Condition").click()
    condition.get_by_label("Field").select_option(label="Title")
    condition.get_by_label("Value").fill("Bell")
    condition.get_by_role("button", name="+ Group").click()
    group = condition.locator(".condition-group")
    group.get_by_label("How these belong together").select_option(label="None of these")
    group.get_by_label("Field").select_option(label="Object")
    group.get_by_label("Value").fill("cat")
    window.get_by_label("Ramp").check()
    for kind in ("show_camera", "arm"):
        window.get_by_label("Kind of action").select_option(kind)
        window.get_by_role("button", name="Add action").click()
    window.locator("#actions").get_by_label("Camera", exact=True).select_option(label="Yard")
    window.locator("#actions").get_by_label("Mode", exact=True).select_option(label="Night")
    expect(window.locator("#sentence")).to_contain_text("Title is Bell and not (Object is cat), in the zone Ramp")
    expect(window.locator("#dry-words")).to_contain_text("would have fired 1 time")
    window.get_by_role("button", name="Save").click()
    window.wait_for_url("**/rules/1/")
    kept = system.api.get("rules/1/").json()["definition"]
    inner = {"not": {"field": "object.label", "op": "eq", "value": "cat"}}
    assert kept["condition"] == {"all": [{"field": "attributes.title", "op": "eq", "value": "Bell"}, inner]}
    assert (kept["zones"], kept["actions"][0]["settings"]["camera"]) == (["Ramp"], 1)
    assert kept["actions"][1]["settings"] == {"mode": "Night"}


def test_several_events_are_looked_at_together(window: Page, system: RunningSystem) -> None:
    for number in range(3):
        send(system, f"Bell {number}")
    enter(window, system)
    window.goto(f"{system.url}/events/?type=external.event&acknowledged=false")
    filled(window)
    expect(window.locator(".event-card")).to_have_count(3)
    window.get_by_role("button", name="Choose all shown").click()
    expect(window.get_by_text("3 chosen")).to_be_visible()
    window.get_by_role("button", name="I have looked at them").click()
    expect(window.get_by_text("No events found")).to_be_visible()
    window.get_by_label("Looked at").select_option("true")
    expect(window.locator(".seen").first).to_have_text("admin")
    expect(window.locator(".event-card")).to_have_count(3)
