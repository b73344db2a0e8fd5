"""What is proven about how long recordings are kept."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.cameras.models import Camera
from core.exports.models import Export
from core.exports.signing import Signer
from core.hookspecs.marks import hookimpl
from core.privacy.letter import letter
from core.privacy.retention import DAY_MS, LATE_MS, Kept, left_behind, proof, statement
from core.privacy.signed import canonical, signed
from core.recording.ids import segment_id
from core.recording.models import Format, Segment, State
from core.recording.removals import note_removed
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")
CLOCK = FakeClock()
NOW_MS = CLOCK.wall_ms()


@pytest.fixture
def record() -> Any:
    form = Format.objects.create(digest="x", tracks=[])

    def make(camera_id: int, start_ms: int, stream: int = 0) -> Segment:
        row = segment_id(camera_id, stream, start_ms)
        return Segment.objects.create(id=row, end_ms=start_ms + 60_000, size=1000, state=State.CLOSED, format=form)

    return make


def camera(name: str, days: int | None) -> Camera:
    return Camera.objects.create(name=name, driver="rtsp", retention_days=days)


def prove(*cameras: Camera) -> list[Kept]:
    return proof(CLOCK, {one.pk for one in cameras})


def test_what_is_kept_is_told_of_all_streams(record: Any) -> None:
    door, empty = camera("Door", 7), camera("Empty", None)
    record(door.pk, NOW_MS - 3 * DAY_MS)
    record(door.pk, NOW_MS - 6 * DAY_MS, stream=1)
    record(empty.pk + 1, NOW_MS - 99 * DAY_MS)
    kept, none = prove(door, empty)
    assert (kept.name, kept.days, kept.count, kept.bytes) == ("Door", 7, 2, 2000)
    assert kept.keeps_rule and kept.older == 0
    assert (kept.oldest_ms, kept.newest_ms) == (NOW_MS - 6 * DAY_MS, NOW_MS - 3 * DAY_MS + 60_000)
    assert (none.count, none.oldest_ms, none.newest_ms, none.keeps_rule) == (0, None, None, True)


def test_what_is_older_than_the_rule_is_counted_and_named(record: Any) -> None:
    door = camera("Door", 7)
    limit = NOW_MS - 7 * DAY_MS
    record(door.pk, limit - 60_000)  # it goes within minutes
    assert prove(door)[0].keeps_rule
    late = record(door.pk, limit - LATE_MS - 120_000)
    (kept,) = prove(door)
    assert not kept.keeps_rule and kept.older == 1
    assert [(one.start_ms, one.end_ms, one.why) for one in kept.held] == [(limit - LATE_MS - 120_000, late.end_ms, "")]


def test_who_holds_it_is_named(record: Any, register_temporarily: Any) -> None:
    @hookimpl
    def decide_segment_deletion(camera_id: int, start_ms: int, end_ms: int) -> str | None:
        return "Kept for the police."

    holder = SimpleNamespace(__name__="holder_hooks", decide_segment_deletion=decide_segment_deletion)
    register_temporarily(holder, "holder")
    door = camera("Door", 1)
    record(door.pk, NOW_MS - 5 * DAY_MS)
    assert prove(door)[0].held[0].why == "Kept for the police."


def test_what_was_deleted_is_told_by_day(record: Any) -> None:
    door = camera("Door", 7)
    gone = [record(door.pk, NOW_MS - days * DAY_MS) for days in (9, 8)]
    for at_ms, segments in ((NOW_MS - DAY_MS, gone[:1]), (NOW_MS, gone[1:]), (NOW_MS - 40 * DAY_MS, gone)):
        note_removed(segments, at_ms)
    note_removed(gone[:1], NOW_MS + 1)
    before, today = prove(door)[0].gone
    assert (before.count, before.oldest_ms, before.newest_ms) == (1, gone[0].start_ms, gone[0].end_ms)
    assert (today.count, today.bytes) == (2, 2000)
    assert (today.oldest_ms, today.newest_ms) == (gone[0].start_ms, gone[1].end_ms)
    assert today.day_ms == NOW_MS - NOW_MS % DAY_MS


def test_a_camera_without_a_rule_breaks_none(record: Any) -> None:
    door = camera("Door", None)
    record(door.pk, NOW_MS - 5000 * DAY_MS)
    (kept,) = prove(door)
    assert kept.keeps_rule and kept.oldest_ms == NOW_MS - 5000 * DAY_MS


def test_cameras_that_are_gone_are_told_as_long_as_they_are_seen(record: Any) -> None:
    door = camera("Door", 7)
    record(door.pk, NOW_MS)
    record(door.pk + 5, NOW_MS)
    record(door.pk + 9, NOW_MS)
    assert left_behind() == [door.pk + 5, door.pk + 9]


def test_the_statement_cannot_be_altered_unseen(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    door = camera("Tür", 7)
    told = signed(
        statement(prove(door), [], "Haus", "2026-01-01T00:00:00.000Z", "ada"), Signer(Ed25519PrivateKey.generate())
    )
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"]))
    key.verify(base64.b64decode(told["signature"]), canonical(told["statement"]))
    told["statement"]["cameras"][0]["older"] = 1
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(told["signature"]), canonical(told["statement"]))


def test_the_letter_names_what_why_and_who() -> None:
    item = {"camera": 1, "name": "Door", "stream": 0, "start_ms": 0, "end_ms": 60_000}
    export = Export(
        pk=7,
        requester="ada",
        items=[item],
        redact=["faces"],
        purpose={"subject": "Jo Doe", "reason": "Article 15; showed a passport"},
        created_ms=1,
        finished_ms=2,
        notes=[{"camera": "Yard", "start": "", "end": "", "reason": "nothing"}],
    )
    text = letter(export, "House", "ab:cd", lambda at_ms: f"<{at_ms}>")
    for part in (
        "for Jo Doe",
        "Article 15; showed a passport",
        "by ada",
        "export 7",
        "ab:cd",
        "Door: <0> to <60000>",
        "faces",
        "Yard: all of it",
    ):
        assert part in text
