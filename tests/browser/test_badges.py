"""The worked example: a badge at the entry records there with pre-roll, its picture stands beside the holder's name on
the overview at once, and one press plays that moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
ACCESS, PAGE = "plugins/accesscontrol/", "/pages/accesscontrol/access/"
PRE_ROLL_S, POST_ROLL_S = 3, 2
SEEN = """() => [...document.querySelectorAll("access-recent li")]
  .some((one) => one.textContent.includes("Ada") && one.querySelector("img").naturalWidth)"""


@pytest.fixture
def entry(new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]) -> tuple[RunningSystem, int]:
    """A system whose camera at the entry records on access only, with a door, a card holder and a rule."""
    park = simulator(SimulatedCamera("entry"))
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,accesscontrol,snapshot").start()
    camera = system.add_camera("entry", park.url("entry"))
    changes = {"recording": "event", "record_on": ["access.*"], "pre_roll": PRE_ROLL_S, "post_roll": POST_ROLL_S}
    system.api.patch(f"cameras/{camera}/", json=changes).raise_for_status()
    door = {"code": "D1", "title": "Main entry", "camera": camera}
    system.api.post(ACCESS + "doors/", json=door).raise_for_status()
    system.api.put(ACCESS + "holders/", json={"card": "4711", "name": "Ada"}).raise_for_status()
    rule = {"types": ["access.granted"], "actions": [{"name": "snapshot", "settings": {}}]}
    system.api.post("rules/", json={"name": "Entry", "definition": rule}).raise_for_status()
    eventually(lambda: system.api.get(f"cameras/{camera}/snapshot.jpg").status_code == 200, 30, "a live picture", 0.2)
    return system, camera


def test_a_badge_records_shows_and_plays(entry: tuple[RunningSystem, int], window: Page) -> None:
    system, camera = entry
    eventually(lambda: system.status(camera)["state"] == "streaming", 30, "the camera streaming", 0.2)
    window.wait_for_timeout(PRE_ROLL_S * 1000)  # so that there is something before the badge
    enter(window, system)
    window.goto(system.url + "/system/")
    expect(window.get_by_text("Nobody has come or gone yet.")).to_be_visible()

    at = now_ms()
    badge = {"id": "b-1", "outcome": "granted", "door": "D1", "at": rfc3339(at), "card": "4711"}
    [taken] = system.api.post(ACCESS + "badges/", json=badge).raise_for_status().json()["results"]
    assert taken["mapped"]
    window.wait_for_function(SEEN)
    card = window.locator("access-recent li")
    expect(card).to_contain_text(re.compile("Ada.*Granted.*Main entry"))

    filled(window)
    assert violations(window) == []

    eventually(lambda: list(system.data.glob(f"event-pictures/*/{taken['event']}.jpg")), 30, "the rule's snapshot", 0.2)
    eventually(lambda: _recorded(system, camera, at), 30, "the recording around the badge", 0.3)
    assert system.api.post(ACCESS + "badges/", json=badge).json()["results"] == [taken]

    window.reload()
    expect(card).to_have_count(1)
    card.locator("a").click()
    window.wait_for_url(re.compile(rf"/playback/\?camera={camera}&at="))
    window.wait_for_function("() => [...document.querySelectorAll('video')].some((one) => one.videoWidth)")


def _recorded(system: RunningSystem, camera: int, at: int) -> bool:
    """Whether the time from the pre-roll to the post-roll is recorded, but for the keyframe it begins at."""
    ranges = system.timeline(camera, at - 60_000, at + 60_000)["ranges"]
    first, last = at - PRE_ROLL_S * 1000 + 1000, at + POST_ROLL_S * 1000 - 1000
    return any(ms_of(one["start"]) <= first and ms_of(one["end"]) >= last for one in ranges)


def test_what_comes_while_nobody_watches_is_there_later(entry: tuple[RunningSystem, int], window: Page) -> None:
    system, _ = entry
    times = [now_ms() - 1000 * ago for ago in (60, 5, 30)]  # out of order
    reports = [
        {"id": f"b-{number}", "outcome": "denied", "door": "D9", "at": rfc3339(at), "card": str(number)}
        for number, at in enumerate(times)
    ]
    system.api.post(ACCESS + "badges/", json={"events": reports}).raise_for_status()
    enter(window, system)
    window.goto(system.url + "/system/")
    cards = window.locator("access-recent li")
    expect(cards).to_have_count(3)
    assert [text.strip()[0] for text in cards.locator("strong").all_inner_texts()] == ["1", "2", "0"]
    expect(cards.locator("a[href]")).to_have_count(0)  # of a door nobody has mapped there is no camera to play

    window.goto(system.url + PAGE)
    expect(window.locator("access-log li")).to_have_count(3)
    filled(window)
    assert violations(window) == []
    window.get_by_role("link", name="Doors").click()
    row = window.locator("access-doors tr", has_text="D9")
    expect(row.get_by_text("New")).to_be_visible()
    filled(window)
    assert violations(window) == []
    row.get_by_label("Name").fill("Back door")
    row.get_by_label("Camera").select_option("entry")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_text("New")).to_be_hidden()
    assert [door["title"] for door in system.api.get(ACCESS + "doors/").json()] == ["Main entry", "Back door"]


def test_card_holders_are_added_changed_and_taken_from_a_file(
    entry: tuple[RunningSystem, int], window: Page, tmp_path: Path
) -> None:
    system, _ = entry
    enter(window, system)
    window.goto(system.url + PAGE)
    window.get_by_role("link", name="Card holders").click()
    rows = window.locator("access-holders tbody tr")
    expect(rows).to_have_count(1)

    window.get_by_role("button", name="Add card holder").click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Bob")
    dialog.get_by_label("Card").fill("4711")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text("Ada carries this card already.")
    dialog.get_by_label("Card").fill("12")
    Image.new("RGB", (300, 200), "teal").save(tmp_path / "bob.png")
    dialog.get_by_label("Picture", exact=True).set_input_files(tmp_path / "bob.png")
    dialog.get_by_role("button", name="Save").click()
    expect(rows).to_have_count(2)
    window.wait_for_function("() => document.querySelector('access-holders tr img')?.naturalWidth")
    filled(window)
    assert violations(window) == []

    file = tmp_path / "holders.csv"
    file.write_text("card,name\n12,Robert\n13,Eve\n,Nobody\n", "utf-8")
    window.locator("access-holders input[type=file]").first.set_input_files(file)
    expect(window.get_by_text("1 added, 1 changed, 0 as before.")).to_be_visible()
    expect(window.get_by_text("Line 4: card: give 1 to 100 printable characters.")).to_be_visible()
    expect(rows).to_have_count(3)
    window.get_by_placeholder("Name or card").fill("eve")
    expect(rows).to_have_count(1)
