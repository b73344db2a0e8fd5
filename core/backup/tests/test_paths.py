"""Names that no server stumbles over, and hours over midnight."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.backup import paths, window
from core.backup.throttle import Throttle
from core.testing.clock import FakeClock

ZURICH = ZoneInfo("Europe/Zurich")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def filled(template: str, at: str = "2026-05-01T12:30:45+00:00", camera: str = "Gate", event: str = "") -> str:
    values = paths.facts(
        camera=camera, camera_id=7, stream="main", start_ms=ms(at), event=event, source=99, ext="mp4", zone=ZURICH
    )
    return paths.path_of(paths.check(template), values)


def test_times_are_the_sites() -> None:
    assert filled("{camera}/{date}/{hour}/{time}.{ext}") == "Gate/2026-05-01/14/14-30-45+0200.mp4"


def test_hour_that_comes_twice_gives_two_names() -> None:
    first, second = (
        filled("{date}/{time}.mp4", at) for at in ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00")
    )
    assert first != second
    assert first[:13] == second[:13]


@pytest.mark.parametrize(
    ("camera", "folder"),
    [
        ("../../etc", "etc"),
        ("A/B", "A_B"),
        ('a<>:"\\|?*b', "a_b"),
        ("...", "_"),
        ("CON", "_CON"),
        ("new\r\nDELE x", "new_DELE x"),
        ("Tu\u0308r", "Tür"),
        (" gate ", "gate"),
        ("x" * 300, "x" * 120),
    ],
)
def test_names_of_cameras_are_made_safe(camera: str, folder: str) -> None:
    assert filled("{camera}/{time}.mp4", camera=camera).split("/")[0] == folder


def test_field_is_never_a_separator() -> None:
    assert filled("{event}/{time}.mp4", event="a/b").count("/") == 1


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{camera}.mp4", "needs {time} or {id}"),
        ("{time}{nothing}", "{nothing} is no field"),
        ("{time!r}", "no format"),
        ("{time:>9}", "no format"),
        ("{time.__class__}", "is no field"),
        ("{time", "cannot be read"),
        ("{}{time}", "is no field"),
        ("../{time}", r"'\.' or '\.\.'"),
    ],
)
def test_template_that_cannot_be_used(template: str, why: str) -> None:
    with pytest.raises(paths.TemplateError, match=why):
        paths.check(template)


def test_template_is_tidied() -> None:
    assert paths.check("/ {camera} //{time}.mp4") == "{camera}/{time}.mp4"


@pytest.mark.parametrize("path", ["../x", "a/../../b", "a/./b", "a\r\nb", "x" * 2000])
def test_far_path_leads_nowhere_else(path: str) -> None:
    with pytest.raises(paths.TemplateError):
        paths.check_far(path)


NIGHT = {"days": [0, 1, 2, 3, 4], "start": "22:00", "end": "06:00"}


@pytest.mark.parametrize(
    ("at", "open_then"),
    [
        ("2026-05-01T21:59:00+02:00", False),  # a Friday
        ("2026-05-01T22:00:00+02:00", True),
        ("2026-05-02T05:59:00+02:00", True),  # Friday's night goes on
        ("2026-05-02T06:00:00+02:00", False),
        ("2026-05-02T23:00:00+02:00", False),  # Saturday has none
        ("2026-05-04T05:00:00+02:00", False),  # nor has Sunday's night
        ("2026-05-04T22:30:00+02:00", True),
    ],
)
def test_window_over_midnight(at: str, open_then: bool) -> None:
    assert window.is_open(window.check(NIGHT), ms(at), ZURICH) is open_then


def test_window_within_a_day_and_none() -> None:
    noon = window.check({"start": "12:00", "end": "13:00"})
    assert window.is_open(noon, ms("2026-05-01T12:59:59+02:00"), ZURICH)
    assert not window.is_open(noon, ms("2026-05-01T13:00:00+02:00"), ZURICH)
    assert window.is_open({}, 0, UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "9:00", "end": "10:00"},
        {"start": "25:00", "end": "10:00"},
        {"start": "10:00", "end": "10:00"},
        {"start": "10:00", "end": "11:00", "days": []},
        {"start": "10:00", "end": "11:00", "days": [7]},
        {"start": "10:00", "end": "11:00", "days": "all"},
    ],
)
def test_wrong_window(wrong: dict[str, Any]) -> None:
    with pytest.raises(window.WindowError):
        window.check(wrong)


def test_cap_is_kept_on_average() -> None:
    clock, waits = FakeClock(), []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(seconds)

    throttle = Throttle(1000, clock, wait)
    begin = clock.monotonic()
    for _ in range(100):
        throttle.passed(100)
        clock.advance(0.01)
    assert clock.monotonic() - begin == pytest.approx(10, abs=0.6)


def test_without_a_cap_nobody_waits() -> None:
    def wait(seconds: float) -> None:
        raise AssertionError("waited")

    Throttle(0, FakeClock(), wait).passed(10**12)
