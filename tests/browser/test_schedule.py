"""An administrator paints a week, has cameras go by it, and puts them in order and in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def camera(running_system: RunningSystem, simulator: Callable[..., ParkFace]) -> Iterator[int]:
    """One camera in a system that is otherwise left as it was found."""
    api = running_system.api
    made = running_system.add_camera("Cellar", simulator(SimulatedCamera("cellar")).url("cellar"))
    running_system.wait_recording(made, 60)
    yield made
    api.delete(f"cameras/{made}/").raise_for_status()
    for what in ("schedules", "holidays", "groups"):
        for row in api.get(f"{what}/").json()["results"]:
            api.delete(f"{what}/{row['id']}/").raise_for_status()


def cell(week: Locator, day: str, start: str) -> Locator:
    """The half hour of a day that begins then."""
    return week.locator(f'[role=gridcell][aria-label^="{day} {start}"]')


def drag(window: Page, start: Locator, end: Locator) -> None:
    first, last = start.bounding_box(), end.bounding_box()
    assert first is not None
    assert last is not None
    window.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    window.mouse.down()
    window.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2, steps=8)
    window.mouse.up()


def days(system: RunningSystem, name: str) -> list[list[tuple[str, str, str]]]:
    """The stored week of a schedule; the eighth day is that of holidays."""
    (found,) = [row for row in system.api.get("schedules/").json()["results"] if row["name"] == name]
    week = [*found["week"]["days"], found["week"]["holiday"] or []]
    return [[(span["start"], span["end"], span["mode"]) for span in day] for day in week]


def test_a_week_is_painted_and_a_camera_goes_by_it(window: Page, running_system: RunningSystem, camera: int) -> None:
    enter(window, running_system)
    window.goto(running_system.url + "/cameras/schedules/")
    filled(window)
    window.get_by_role("button", name="New schedule").click()
    editor = window.get_by_role("dialog")
    week = editor.locator("week-paint")
    editor.get_by_label("Name").fill("Shop")
    editor.get_by_text("Never", exact=True).click()
    drag(window, cell(week, "Monday", "00:00"), cell(week, "Sunday", "23:30"))
    editor.get_by_text("On events", exact=True).click()
    drag(window, cell(week, "Tuesday", "07:00"), cell(week, "Thursday", "18:30"))
    editor.get_by_label("Holidays have a day of their own").check()
    editor.get_by_text("On motion", exact=True).click()
    week.get_by_role("button", name="Holidays").click()
    cell(week, "Monday", "08:00").focus()
    window.keyboard.press("1")
    for key in ("Space", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        window.keyboard.press(key)
    expect(week.locator(".told")).to_contain_text("Tuesday 09:00\N{EN DASH}09:30: Always")
    editor.get_by_role("button", name="Save").click()
    expect(editor).to_be_hidden()
    expect(window.locator(".schedule")).to_contain_text("Shop")
    monday, tuesday, wednesday, thursday, *rest, holiday = days(running_system, "Shop")
    assert monday == [("08:00", "09:30", "continuous")]
    assert tuesday == [("07:00", "09:00", "event"), ("09:00", "09:30", "continuous"), ("09:30", "19:00", "event")]
    assert wednesday == thursday == [("07:00", "19:00", "event")]
    assert rest == [[], [], []]
    assert holiday == [("00:00", "24:00", "motion")]

    window.locator("#holiday-name").fill("Christmas")
    window.get_by_label("Day", exact=True).fill("2026-12-25")
    window.get_by_role("button", name="Add holiday").click()
    expect(window.get_by_text("25 December")).to_be_visible()

    window.goto(f"{running_system.url}/cameras/{camera}/")
    filled(window)
    window.locator("camera-form summary").click()
    window.get_by_label("Record", exact=True).select_option(label="By schedule: Shop")
    window.get_by_label("Seconds before").fill("8")
    window.get_by_label("Which events").fill("lpr.*, motion.detected")
    window.get_by_role("button", name="Save camera").click()
    expect(window.get_by_text("Saved.")).to_be_visible()
    stored = running_system.api.get(f"cameras/{camera}/").json()
    assert (stored["recording"], stored["pre_roll"], stored["record_on"]) == (
        "schedule",
        8,
        ["lpr.*", "motion.detected"],
    )
    (shop,) = running_system.api.get("schedules/").json()["results"]
    assert shop["used"] == 1
    eventually(lambda: running_system.status(camera)["mode"] == shop["mode"], 30, "the recorder goes by the schedule")


def test_waiting_for_events_is_said_and_recorded_by_hand(
    window: Page, running_system: RunningSystem, camera: int
) -> None:
    running_system.api.patch(f"cameras/{camera}/", json={"recording": "event"}).raise_for_status()
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/{camera}/")
    filled(window)
    expect(window.locator("#recording")).to_have_text("Waits for events")
    window.get_by_role("button", name="Record for a minute").click()
    expect(window.locator("#recording")).to_have_text("Recording")


def test_cameras_are_grouped_ordered_and_changed_together(
    window: Page, running_system: RunningSystem, camera: int
) -> None:
    more = [running_system.add_camera(name, "rtsp://127.0.0.1:9/nobody") for name in ("Attic", "Barn")]
    try:
        enter(window, running_system)
        window.goto(running_system.url + "/cameras/groups/")
        filled(window)
        window.get_by_role("button", name="New group").click()
        window.get_by_role("dialog").get_by_label("Name").fill("Farm")
        for name in ("Attic", "Barn"):
            window.get_by_role("dialog").get_by_label(name).check()
        window.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(window.locator("#groups")).to_contain_text("2 cameras")

        window.goto(running_system.url + "/cameras/")
        filled(window)
        rows = window.locator(".camera-row:visible")
        barn, attic = (rows.filter(has_text=name) for name in ("Barn", "Attic"))
        drag(window, barn.locator(".grip"), attic.locator(".chosen"))
        eventually(
            lambda: _names(running_system).index("Barn") < _names(running_system).index("Attic"), 20, "the order"
        )
        window.get_by_label("Group").select_option("Farm")
        expect(rows).to_have_count(2)
        window.get_by_label("Choose all").check()
        expect(window.locator("#chosen")).to_have_text("2 cameras chosen")
        window.get_by_role("button", name="Switch off").click()
        expect(window.get_by_text("2 cameras are off.")).to_be_visible()
        states = {one["name"]: one["enabled"] for one in running_system.api.get("cameras/").json()["results"]}
        assert (states["Attic"], states["Barn"], states["Cellar"]) == (False, False, True)
    finally:
        for one in more:
            running_system.api.delete(f"cameras/{one}/").raise_for_status()


def _names(system: RunningSystem) -> list[str]:
    return [one["name"] for one in system.api.get("cameras/").json()["results"]]
