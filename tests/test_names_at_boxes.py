"""The name at a recognised face's box: for who may search faces, and no longer than the sighting is kept."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.analyser import keeping
from core.analyser.seen import CameraSeen
from core.recording.models import ObjectMinute
from core.recording.object_store import store_objects
from core.replays.models import Replay
from core.testing.clock import FakeClock
from core.web.rest.times import rfc3339
from plugins.faces import people, sightings, tasks
from plugins.faces.detector import FaceDetector
from plugins.faces.models import Person, Sighting
from plugins.faces.opening import _Wardrobe
from plugins.faces.settings import FaceSettings
from plugins.faces.tests.conftest import camera, client_with, recognising
from plugins.faces.tests.test_recognition import MONA, NOW, STRANGER, enrol, passing
from tests.rig.fixtures import clips

__all__ = ["camera", "client_with", "clips", "recognising"]
pytestmark = [pytest.mark.real_data, pytest.mark.django_db(transaction=True, databases="__all__")]
DAY_MS = 86_400_000
SEES = ("camera.view", "camera.playback", "event.view")


@pytest.fixture
def row(clips: Path, camera: int, recognising: Any) -> Person:
    """Lisa, who is enrolled, and a stranger have passed the camera; what was seen is kept as the analyser keeps it."""
    found: Person = enrol(clips)
    detector = FaceDetector(_Wardrobe(FaceSettings(recognise=True, smallest=80), FakeClock(wall_ms=NOW)).now)
    seen = CameraSeen(camera, lambda tracks: None)
    for start_ms, name in ((NOW, MONA), (NOW + 10_000, STRANGER)):
        for frame in passing(clips, name, camera, at_ms=start_ms):
            keeping._store(seen.take("faces", frame.wall_ms, detector.look(frame)))
    store_objects({camera: seen.boxes()})
    return found


def texts(client: Any, camera: int) -> list[str]:
    """What is told of each face, in the order of time."""
    query = {"start": rfc3339(NOW - 1000), "end": rfc3339(NOW + 60_000)}
    tracks = client.get(f"/api/v1/cameras/{camera}/objects/", query).json()["tracks"]
    assert {one["label"] for one in tracks} == {"face"}
    return [one["text"] for one in tracks]


def test_the_name_is_at_the_box_of_who_was_recognised(
    row: Person, camera: int, client_with: Callable[..., Any]
) -> None:
    assert texts(client_with(*SEES, "faces.view"), camera) == ["Lisa", ""]
    assert texts(client_with(*SEES), camera) == ["", ""]
    assert texts(client_with(*SEES, "faces.enrol"), camera) == ["", ""]
    assert not any(b"Lisa" in zlib.decompress(bytes(one.boxes)) for one in ObjectMinute.objects.all())
    Person.objects.filter(pk=row.pk).update(name="Lisa G.")
    assert texts(client_with(*SEES, "faces.view", camera=camera), camera) == ["Lisa G.", ""]


def test_the_name_goes_with_the_person(row: Person, camera: int, client_with: Callable[..., Any]) -> None:
    people.forget(row)
    assert texts(client_with(*SEES, "faces.view"), camera) == ["", ""]


def test_what_a_tried_detector_found_goes_with_the_person_and_by_the_clock(
    row: Person, camera: int, recognising: Any
) -> None:
    def tried(person: int, at_ms: int) -> Replay:
        said = {"person": person, "name": "Lisa"}
        find = {"event_type": "faces.recognised", "start_ms": at_ms, "attributes": said}
        times = {"start_ms": at_ms, "end_ms": at_ms, "created_ms": NOW}
        return Replay.objects.create(camera_id=camera, detector="faces", settings={}, finds=[find], **times)

    old, new = tried(row.pk, NOW - 31 * DAY_MS), tried(row.pk, NOW)
    forget = getattr(tasks.forget_what_is_over, "call_local", tasks.forget_what_is_over)
    forget()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (len(old.finds), len(new.finds)) == (0, 1)
    people.forget(row)
    new.refresh_from_db()
    assert new.finds == []
    late = tried(row.pk, NOW)  # a job that was under way
    forget()
    late.refresh_from_db()
    assert late.finds == []


def test_the_name_goes_with_the_sighting(
    row: Person, camera: int, client_with: Callable[..., Any], recognising: Any
) -> None:
    client = client_with(*SEES, "faces.view")
    recognising(keep_days=3)
    Sighting.objects.update(at_ms=NOW - 2 * DAY_MS)
    assert texts(client, camera) == ["Lisa", ""]
    Sighting.objects.update(at_ms=NOW - 4 * DAY_MS)  # not told even before the clock deletes them
    assert texts(client, camera) == ["", ""]
    sightings.forget_old(3, NOW)
    recognising(keep_days=3650)
    assert texts(client, camera) == ["", ""]
