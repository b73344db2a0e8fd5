"""Detectors on cameras, what they counted, and episodes that a killed analyser left open."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.cameras.drivers import CameraError
from core.cameras.models import Camera
from core.detection import episodes, queries, services, tallies
from core.events.models import StoredEvent
from core.events.services import Draft
from core.hookspecs.detectors import DetectorSpec, FrameRequest
from core.hookspecs.marks import hookimpl
from core.hookspecs.shapes import Zone
from core.pluginhost import host

pytestmark = pytest.mark.django_db
HOUR = tallies.HOUR_MS


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    zones: list[Zone] = Field([], title="Zones", description="Where")


@hookimpl
def register_detectors() -> list[DetectorSpec]:
    return [DetectorSpec("looker", "Looker", _Settings, lambda _: FrameRequest(), lambda _: None)]  # never opened here


@pytest.fixture(autouse=True)
def _detector() -> Iterator[None]:
    with host().registered(SimpleNamespace(register_detectors=register_detectors), "looking"):
        yield


@pytest.fixture
def camera() -> Any:
    return Camera.objects.create(name="Porch", driver="rtsp")


def test_a_detector_is_switched_on_changed_and_taken_off(camera: Any) -> None:
    services.set_detector(camera.pk, "looker", {}, actor="me")
    first = queries.detector_revisions()
    assert list(first) == [(camera.pk, "looker")]
    zone = {"name": "door", "points": [[0, 0], [1, 0], [1, 1]]}
    services.set_detector(camera.pk, "looker", {"zones": [zone]}, actor="me")
    assert queries.detector_revisions() != first
    (config,) = queries.detector_configs([(camera.pk, "looker")])
    assert config.settings is not None
    assert config.settings.zones[0].name == "door"  # it is of the spec's model
    services.set_detector(camera.pk, "looker", enabled=False, actor="me")
    assert queries.detector_revisions() == {}
    assert queries.detectors_of(camera.pk).get().settings["zones"]
    assert services.remove_detector(camera.pk, "looker", actor="me")
    assert not services.remove_detector(camera.pk, "looker", actor="me")


def test_a_camera_that_is_off_is_not_looked_at(camera: Any) -> None:
    services.set_detector(camera.pk, "looker", {}, actor="me")
    Camera.objects.filter(pk=camera.pk).update(enabled=False)
    assert queries.detector_revisions() == {}


def test_a_zone_outside_the_picture_is_refused_at_its_field(camera: Any) -> None:
    zone = {"name": "door", "points": [[0, 0], [1.5, 0], [1, 1]]}
    with pytest.raises(CameraError) as caught:
        services.set_detector(camera.pk, "looker", {"zones": [zone]}, actor="me")
    assert list(caught.value.fields) == ["settings.zones.0.points.1.0"]
    with pytest.raises(CameraError, match="no detector is called 'gone'"):
        services.set_detector(camera.pk, "gone", {}, actor="me")


def test_one_whose_plugin_is_gone_says_so(camera: Any) -> None:
    services.set_detector(camera.pk, "looker", {}, actor="me")
    services.CameraDetector.objects.update(detector="gone")
    (config,) = queries.detector_configs([(camera.pk, "gone")])
    assert config.spec is None
    assert "enable it" in config.fault


def test_counts_and_heat_add_up_by_the_hour(camera: Any) -> None:
    tallies.add_counts([tallies.Count(camera.pk, "lines", "in", HOUR + at) for at in (0, 5, HOUR)])
    tallies.add_counts([tallies.Count(camera.pk, "lines", "in", HOUR + 9, 3)])
    found = tallies.counts_between([camera.pk], "lines", 0, 9 * HOUR)
    assert [(one.at_ms, one.number) for one in found] == [(HOUR, 5), (2 * HOUR, 1)]
    cells = array("I", [0] * tallies.HEAT_CELLS)
    cells[7] = 200
    for at in (0, 5, HOUR):
        tallies.add_heat(camera.pk, at, cells.tobytes())
    assert array("I", tallies.heat_between(camera.pk, 0, HOUR))[7] == 400
    assert array("I", tallies.heat_between(camera.pk, 0, 2 * HOUR))[7] == 600
    with pytest.raises(ValueError, match="57600"):
        tallies.add_heat(camera.pk, 0, b"1234")
    tallies.forget_tallies(2 * HOUR)
    assert len(tallies.counts_between([camera.pk], "lines", 0, 9 * HOUR)) == 1


def test_what_a_killed_analyser_left_open_is_ended_where_it_was_last_seen(camera: Any) -> None:
    (event_id, refused) = episodes.record_begun(
        [Draft("camera.offline", camera.pk, 1000, attributes={}), Draft("no.such", camera.pk, 1000)]
    )
    assert refused is None
    assert event_id is not None
    episodes.still_going_on([event_id], 5000)
    assert episodes.end_left_over() == 1
    assert StoredEvent.objects.get(pk=event_id).end_ms == 5000
    assert episodes.end_left_over() == 0
