"""Faces of pictures are recognised when several looks agree; who that is, is kept, found and deleted."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.apps import apps

from core.api import Frame, Occurrence, SystemClock
from core.testing.clock import FakeClock
from plugins.faces.follow import Followed, Follower, Named
from plugins.faces.gallery import Gallery, Known
from plugins.faces.kept import Kept

pytestmark = [pytest.mark.real_data, pytest.mark.django_db(transaction=True)]
NOW = SystemClock().wall_ms()
MONA, STRANGER = "mona-lisa.jpg", "bksomels.jpg"


def picture(clips: Path, name: str) -> np.ndarray:
    found = cv2.imread(str(clips / "people" / "faces" / name))
    assert found is not None, name
    return found


def passing(clips: Path, name: str, camera: int, looks: int = 4, at_ms: int = NOW) -> list[Frame]:
    """A face that walks by, brighter and darker."""
    shown = picture(clips, name)
    frames = []
    for number in range(looks):
        moved = np.roll(shown, 3 * number, axis=1)
        lit = np.clip(moved.astype(float) * (1 + 0.05 * math.sin(number)), 0, 255).astype(np.uint8)
        size = (lit.shape[1], lit.shape[0])
        frames.append(Frame(camera, at_ms + 500 * number, *size, "bgr24", lit.tobytes()))
    return frames


def looked(frames: list[Frame], clock: FakeClock | None = None) -> list[Occurrence]:
    """What a detector of a camera tells of, as if its pictures came one after the other, and then none."""
    from plugins.faces.detector import FaceDetector
    from plugins.faces.opening import _Wardrobe
    from plugins.faces.settings import FaceSettings

    settings = FaceSettings(recognise=True, smallest=80)
    detector = FaceDetector(_Wardrobe(settings, clock or FakeClock(wall_ms=NOW)).now)
    last = frames[-1]
    gone = Frame(last.camera_id, last.wall_ms + 5000, 64, 64, "bgr24", b"\x80" * (64 * 64 * 3))
    return [moment for frame in (*frames, gone) for moment in detector.look(frame).moments]


def enrol(clips: Path, **said: Any) -> Any:
    """Lisa, with a picture."""
    from plugins.faces import people

    row = people.put(people.Entry("Lisa", "herself", NOW - 1000, **said))
    people.add_picture(row, examined(clips), "file", FakeClock(wall_ms=NOW))
    return row


@cache
def examined(clips: Path) -> Kept:
    """Her face, looked at by the real program, once for all tests: it takes a second."""
    from plugins.faces import examine, places, sightings

    content = (clips / "people" / "faces" / MONA).read_bytes()
    return examine.face_of(content, sightings.settings_now(), places.models_folder())


def record(told: Occurrence, camera: int) -> int:
    """As the analyser does."""
    from core.api.services import record_event

    return record_event(told.event_type, camera, NOW, NOW, told.attributes, objects=told.objects).id


def test_several_looks_agree_on_a_person(clips: Path, camera: int, recognising: Any) -> None:
    row = enrol(clips, groups=("staff",))
    (told,) = looked(passing(clips, MONA, camera))
    assert told.event_type == "faces.recognised"
    said = told.attributes
    assert (said["person"], said["name"], said["groups"], said["looks"]) == (row.pk, "Lisa", ["staff"], 2)
    assert said["likeness"] > 0.9


def test_one_look_is_not_enough(clips: Path, camera: int, recognising: Any) -> None:
    enrol(clips)
    assert looked(passing(clips, MONA, camera, looks=1)) == []


def test_a_stranger_is_told_of_once_when_they_have_left(clips: Path, camera: int, recognising: Any) -> None:
    enrol(clips)
    (told,) = looked(passing(clips, STRANGER, camera))
    assert (told.event_type, told.attributes["looks"], told.attributes["sighting"]) == ("faces.unknown", 4, "")


def test_nobody_is_compared_while_it_is_off_or_without_consent(clips: Path, camera: int, recognising: Any) -> None:
    from plugins.faces.models import Person

    row = enrol(clips)
    Person.objects.filter(pk=row.pk).update(consent_until_ms=NOW - 1)
    assert [told.event_type for told in looked(passing(clips, MONA, camera))] == ["faces.unknown"]
    recognising(recognise=False)
    assert looked(passing(clips, MONA, camera)) == []


def test_nobody_is_recognised_under_a_privacy_mask(clips: Path, camera: int, recognising: Any) -> None:
    enrol(clips)
    apps.get_model("cameras", "Camera").objects.filter(pk=camera).update(masks=[[[0, 0], [1, 0], [1, 1], [0, 1]]])
    assert looked(passing(clips, MONA, camera)) == []


def test_the_face_is_kept_with_its_event_encrypted(clips: Path, camera: int, recognising: Any) -> None:
    from core.api.services import data_directory
    from plugins.faces.kept import opened, opened_vector
    from plugins.faces.models import Reference, Sighting

    row = enrol(clips)
    (told,) = looked(passing(clips, MONA, camera))
    folder = data_directory() / "faces-handover"
    (waiting,) = folder.iterdir()
    assert b"\xff\xd8" not in waiting.read_bytes()[:64]
    event_id = record(told, camera)
    kept = Sighting.objects.get()
    assert (kept.event_id, kept.person_id, kept.camera_id) == (event_id, row.pk, camera)
    assert list(folder.iterdir()) == []
    for sealed in (kept.picture, Reference.objects.get().picture):
        assert not bytes(sealed).startswith(b"\xff\xd8")
        assert opened(sealed).startswith(b"\xff\xd8")
    assert opened_vector(kept.vector).shape == (64,)


def test_strangers_are_kept_only_where_that_is_chosen(clips: Path, camera: int, recognising: Any) -> None:
    from plugins.faces.models import Sighting

    record(looked(passing(clips, STRANGER, camera))[0], camera)
    assert Sighting.objects.count() == 0
    recognising(keep_unknown=True)
    record(looked(passing(clips, STRANGER, camera))[0], camera)
    assert [one.person_id for one in Sighting.objects.all()] == [None]


def test_a_recording_that_is_looked_at_leaves_no_faces(clips: Path, camera: int, recognising: Any) -> None:
    enrol(clips)
    (told,) = looked(passing(clips, MONA, camera, at_ms=NOW - 3_600_000))
    assert told.attributes["sighting"] == ""


def test_who_was_deleted_meanwhile_is_not_named(clips: Path, camera: int, recognising: Any) -> None:
    from plugins.faces import people
    from plugins.faces.models import Sighting

    row = enrol(clips)
    (told,) = looked(passing(clips, MONA, camera))
    people.forget(row)
    record(told, camera)
    assert not apps.get_model("events", "StoredEvent").objects.filter(type="faces.recognised").exists()
    assert Sighting.objects.count() == 0


def test_a_change_is_seen_within_seconds(clips: Path, camera: int, recognising: Any) -> None:
    """Somebody who is enrolled while the detector looks is recognised from the next reading on."""
    from plugins.faces.detector import FaceDetector
    from plugins.faces.opening import READ_AGAIN_S, _Wardrobe
    from plugins.faces.settings import FaceSettings

    clock = FakeClock(wall_ms=NOW)
    detector = FaceDetector(_Wardrobe(FaceSettings(recognise=True, smallest=80), clock).now)
    frames = passing(clips, MONA, camera, looks=6)
    assert [detector.look(frame).moments for frame in frames[:1]] == [()]
    enrol(clips)
    assert [detector.look(frame).moments for frame in frames[1:2]] == [()]
    clock.advance(READ_AGAIN_S)
    told = [moment.event_type for frame in frames[2:] for moment in detector.look(frame).moments]
    assert told == ["faces.recognised"]


def test_between_two_people_nobody_is_named() -> None:
    from plugins.faces.embedding import OnnxEmbedder

    class Cosine:
        id, likeness, landmarks = "cosine", 0.9, False
        alike = OnnxEmbedder.alike
        embed = OnnxEmbedder.embed

    x, y = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    near_x = np.array([math.cos(0.1), math.sin(0.1)], np.float32)
    people = {1: Known("Ada"), 2: Known("Bea")}
    clear = Gallery(people, np.array([1, 1, 2]), np.stack((x, near_x, y)), 0.9)
    assert clear.name(x, Cosine()).person == 1
    unclear = Gallery(people, np.array([1, 2]), np.stack((x, near_x)), 0.9)
    assert unclear.name(np.array([math.cos(0.05), math.sin(0.05)], np.float32), Cosine()).person is None
    assert clear.name(-x, Cosine()).person is None
    nobody = Gallery({}, np.zeros(0, np.int64), np.zeros((0, 0), np.float32), 0.9)
    assert nobody.name(x, Cosine()) == Named(None, 0.0)


@pytest.mark.parametrize(
    ("looks", "person"),
    [
        ([1, 1, 1], 1),
        ([1, 1, None], None),
        ([1, 1, 1, None], 1),
        ([1, 1, 1, 2, 2], None),
        ([1, 1, 1, 2], 1),
        ([], None),
    ],
)
def test_when_looks_agree(looks: list[int | None], person: int | None) -> None:
    face = Followed(1, (0, 0, 1, 1), 0, [Named(look, 0.8) for look in looks])
    agreed = face.agreed(3)
    assert (agreed and agreed.person) == person


def test_faces_are_followed_by_where_they_are() -> None:
    follower = Follower()
    (one, two), _ = follower.update(0, [(0.1, 0.1, 0.1, 0.1), (0.7, 0.1, 0.1, 0.1)])
    (again, new), gone = follower.update(500, [(0.68, 0.12, 0.1, 0.1), (0.4, 0.7, 0.1, 0.1)])
    assert (again.id, gone) == (two.id, [])
    assert new.id not in (one.id, two.id)
    _, gone = follower.update(4000, [])
    assert {face.id for face in gone} == {one.id, two.id, new.id}
