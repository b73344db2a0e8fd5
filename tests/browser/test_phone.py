"""The portal on a phone: one camera large and the others as a strip, strokes, pinches, the timeline under a thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.fingers import Fingers, middle
from tests.browser.watching import HOSTILE, number, numbers, stays_live, tile
from tests.rig.browser import SECONDS, enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NOW = "document.querySelector('eyrie-recording').clock.now()"
SPAN = "document.querySelector('eyrie-timeline').span"


def test_a_stroke_turns_to_the_next_camera(phone: Page, system: RunningSystem) -> None:
    enter(phone, system)
    phone.goto(system.url)
    filled(phone)
    fingers = Fingers(phone)
    gate, yard = tile(phone, "Gate"), tile(phone, HOSTILE)
    stays_live(gate)
    gate.tap(position={"x": 150, "y": 120})
    large = phone.locator("eyrie-tile[enlarged]")
    expect(large.locator("[data-part=name]")).to_have_text("Gate")
    expect(yard).to_be_visible()  # in the strip below
    assert middle(yard)[1] > middle(gate)[1]
    stays_live(yard)
    numbers(gate, 2)
    seed = number(gate)[0]  # type: ignore[index]

    fingers.stroke(middle(large), -150, 10)
    expect(large.locator("[data-part=name]")).to_have_text(HOSTILE)
    numbers(large, 2)
    assert number(large)[0] != seed  # type: ignore[index]
    fingers.stroke(middle(large), 150, -10)
    expect(large.locator("[data-part=name]")).to_have_text("Gate")

    fingers.pinch(middle(large), 60, 240)
    expect(large.locator("[data-part=zoom]")).to_have_text("4.0\u00d7")
    layers = large.locator("[data-part=layers]")
    before = layers.evaluate("(one) => one.style.transform")
    fingers.stroke(middle(large), -120, 0)
    expect(large.locator("[data-part=name]")).to_have_text("Gate")  # the picture was moved, not the camera
    assert layers.evaluate("(one) => one.style.transform") != before
    assert phone.evaluate("visualViewport.scale") == 1  # nor was the page zoomed
    fingers.pinch(middle(large), 240, 40)
    expect(large.locator("[data-part=zoom]")).to_be_hidden()
    yard.tap()
    expect(large.locator("[data-part=name]")).to_have_text(HOSTILE)
    fingers.stroke(middle(large), 10, 200)
    expect(large).to_have_count(0)
    stays_live(gate)


def test_the_places_lie_under_the_thumb_and_clear_of_the_edges(phone: Page, system: RunningSystem) -> None:
    enter(phone, system)
    phone.context.new_cdp_session(phone).send(
        "Emulation.setSafeAreaInsetsOverride", {"insets": {"top": 40, "bottom": 30, "left": 0, "right": 0}}
    )
    phone.goto(system.url + "/cameras/")
    filled(phone)
    rail, bar = phone.locator("nav.rail").bounding_box(), phone.locator("header.bar .title").bounding_box()
    assert rail is not None
    assert bar is not None
    assert rail["y"] + rail["height"] == PHONE["height"]
    assert bar["y"] >= 40
    shown = [place for place in phone.locator("nav.rail .place").all() if place.is_visible()]
    assert len(shown) == 5
    for place in shown:
        box = place.bounding_box()
        assert box is not None
        assert box["height"] >= 44  # a finger's width
        assert box["y"] + box["height"] <= PHONE["height"] - 30
        assert box["x"] + box["width"] <= PHONE["width"]  # all of them, without scrolling
    phone.get_by_role("link", name="Playback").tap()
    expect(phone.get_by_role("heading", name="Playback")).to_be_visible()
    more = phone.get_by_role("button", name="More")
    more.tap()
    sheet = phone.locator("#more-places")
    expect(sheet.get_by_role("link", name="Playback")).to_have_count(0)  # it has its place in the bar
    box = sheet.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(rail["y"], abs=1)
    sheet.get_by_role("link", name="System").tap()
    expect(phone.get_by_role("heading", name="System")).to_be_visible()
    expect(more).to_have_attribute("data-current", "")


def test_time_is_moved_zoomed_and_selected_by_fingers(
    phone: Page, system: RunningSystem, cameras: dict[str, int]
) -> None:
    begin = now_ms() - 600 * SECONDS
    enter(phone, system)
    phone.goto(f"{system.url}/playback/?camera={cameras['Gate']}&at={rfc3339(begin)}")
    filled(phone)
    fingers, strip = Fingers(phone), phone.locator("eyrie-timeline")
    box = strip.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] > PHONE["height"] - 130  # just above the places
    centre = (box["x"] + box["width"] / 2, box["y"] + 30)
    span = phone.evaluate(SPAN)
    fingers.stroke(centre, 90, 0)
    moved = phone.evaluate(NOW)
    # A finger's first few pixels tell a stroke from a tap.
    assert moved == pytest.approx(begin - span / 4, abs=span / 20)

    fingers.pinch(centre, 60, 240)
    assert phone.evaluate(SPAN) == pytest.approx(span / 4, rel=0.1)
    assert phone.evaluate(NOW) == moved  # a pinch looks closer, and goes nowhere
    x, y = centre
    fingers.down((x - 50, y), (x + 50, y))
    fingers.move((x - 25, y), (x + 25, y))
    fingers.lift(1, (x + 25, y))
    fingers.move((x - 85, y))
    fingers.up()
    assert phone.evaluate(SPAN) == pytest.approx(span / 2, rel=0.1)
    assert phone.evaluate(NOW) == pytest.approx(moved + span / 2 * 60 / PHONE["width"], abs=span / 20)

    fingers.down((x - 40, y))
    expect(phone.locator("#selection")).to_be_visible()  # the finger rests
    fingers.move((x + 40, y))
    fingers.up()
    eventually(lambda: "start=" in (phone.locator("#export").get_attribute("href") or ""), 20, "a link to the export")
    start, end = phone.evaluate("Object.values(document.querySelector('eyrie-timeline').selection)")
    assert end - start == pytest.approx(span / 2 * 80 / PHONE["width"], rel=0.1)
