"""What crosses is counted in its hour, once, and shown by the hour and the day of the site's zone."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from PIL import Image

from core.api import Line, Zone
from core.api.services import Count, add_counts, add_heat, counts_between, heat_between
from core.testing.clock import FakeClock
from plugins.analytics.detector import Analytics
from plugins.analytics.settings import AnalyticsSettings
from plugins.analytics.tests.walks import T0, walks

HOUR_MS = 3_600_000
GATE = Line(name="Gate", points=((0.5, 1.0), (0.5, 0.0)))
YARD = Zone(name="Yard", points=((0.4, 0.4), (0.8, 0.4), (0.8, 0.9), (0.4, 0.9)))


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def looked(camera: int, now_ms: int) -> None:
    detector = Analytics(AnalyticsSettings(lines=(GATE,), entry_zones=(YARD,)), FakeClock(wall_ms=now_ms))
    for tracks in walks({"a": lambda seconds: (0.1 + 0.1 * seconds, 0.7)}, 9, camera_id=camera):
        detector.look(tracks)
    detector.close()


def test_counts_and_heat_are_kept_by_the_hour(camera: int) -> None:
    looked(camera, T0)
    counts = {one.name: one.number for one in counts_between([camera], "analytics", T0 - HOUR_MS, T0 + HOUR_MS)}
    assert counts == {"to_right:Gate": 1, "entered:Yard": 1, "left:Yard": 1, "stays:Yard": 1, "stayed_s:Yard": 4}
    assert sum(memoryview(heat_between(camera, T0 - HOUR_MS, T0 + HOUR_MS)).cast("I")) == pytest.approx(9000, abs=200)


def test_recorded_footage_that_is_looked_at_again_is_not_counted_again(camera: int) -> None:
    looked(camera, T0 + HOUR_MS)
    assert counts_between([camera], "analytics", T0 - HOUR_MS, T0 + HOUR_MS) == []
    assert not any(heat_between(camera, T0 - HOUR_MS, T0 + HOUR_MS))


@pytest.fixture
def counted(camera: int) -> int:
    """Counts about midnight of a site in Berlin, on the day its clocks go back."""
    apps.get_model("system", "Site").objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    add_counts(
        [
            Count(camera, "analytics", "to_left:Gate", at("2026-10-24T21:30:00+00:00"), 7),  # the day before, 23:30
            Count(camera, "analytics", "to_left:Gate", at("2026-10-24T22:30:00+00:00"), 1),  # 00:30
            Count(camera, "analytics", "to_left:Gate", at("2026-10-25T22:30:00+00:00"), 2),  # 23:30
            Count(camera, "analytics", "to_right:=Gate", at("2026-10-25T12:00:00+00:00"), 3),
        ]
    )
    return camera


def test_a_day_of_25_hours(counted: int, client_with: Any) -> None:
    client = client_with("event.view", "camera.view")
    told = client.get(f"/api/v1/plugins/analytics/cameras/{counted}/counts/", {"day": "2026-10-25"}).json()
    assert len(told["starts"]) == 25
    assert (told["starts"][0], told["starts"][-1]) == ("2026-10-25T00:00:00+02:00", "2026-10-25T23:00:00+01:00")
    left = next(one for one in told["series"] if one["kind"] == "to_left")
    assert (left["name"], left["values"][0], left["values"][24], sum(left["values"])) == ("Gate", 1, 2, 3)


def test_days_as_a_file_that_no_sheet_takes_for_a_formula(counted: int, client_with: Any) -> None:
    address = f"/api/v1/plugins/analytics/cameras/{counted}/counts.csv"
    answer = client_with("event.view", "camera.view").get(address, {"day": "2026-10-24", "days": 7, "by": "day"})
    assert answer["Content-Disposition"] == f'attachment; filename="counts-{counted}-2026-10-24.csv"'
    head, *lines = csv.reader(io.StringIO(answer.content.decode()))
    assert head == ["start", "to_left Gate", "to_right =Gate"]
    assert lines[0] == ["2026-10-24T00:00+02:00", "7", "0"]
    assert lines[1] == ["2026-10-25T00:00+02:00", "3", "3"]
    assert len(lines) == 7


def test_a_heat_map_is_red_where_most_was_and_clear_where_nothing_was(camera: int, client_with: Any) -> None:
    client = client_with("event.view", "camera.view")
    address, asked = f"/api/v1/plugins/analytics/cameras/{camera}/heat.png", {"day": "2026-10-25"}
    assert client.get(address, asked).status_code == 204
    cells = memoryview(bytearray(4 * 160 * 90)).cast("I")
    cells[45 * 160 + 80] = 60_000
    add_heat(camera, at("2026-10-25T12:00:00+00:00"), bytes(cells))
    answer = client.get(address, asked)
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.size, picture.mode) == ((640, 360), "RGBA")
    red, _green, blue, opacity = picture.getpixel((322, 182))
    assert red > 200 > blue
    assert opacity > 150
    assert picture.getpixel((10, 10))[3] == 0


@pytest.mark.parametrize("what", ["counts/", "counts.csv", "heat.png"])
def test_counts_are_for_who_may_see_the_cameras_events(counted: int, client_with: Any, what: str) -> None:
    address, asked = f"/api/v1/plugins/analytics/cameras/{counted}/{what}", {"day": "2026-10-25"}
    assert client_with("camera.view").get(address, asked).status_code == 403
    assert client_with().get(address, asked).status_code == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "day"), ({"day": "yesterday"}, "day"), ({"day": "2026-10-25", "days": 93}, "days"),
     ({"day": "2026-10-25", "by": "week"}, "by")],
)  # fmt: skip
def test_what_is_asked_wrongly_is_named(counted: int, client_with: Any, asked: dict[str, Any], field: str) -> None:
    client = client_with("event.view", "camera.view")
    answer = client.get(f"/api/v1/plugins/analytics/cameras/{counted}/counts/", asked)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
