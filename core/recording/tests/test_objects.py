"""Boxes are kept by the minute and found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.recording.models import ObjectMinute
from core.recording.motion_store import sweep_motion
from core.recording.object_store import objects_between, store_objects
from core.recording.objects import SeenBox, pack_boxes, unpack_boxes

MINUTE = 1_700_000_040_000


def _boxes(count: int, begin_ms: int = MINUTE) -> list[SeenBox]:
    return [
        SeenBox(begin_ms + 500 * at, "objects", f"t{at % 3}", "person", 0.5, (0.25, 0.5, 0.125, 0))
        for at in range(count)
    ]


def test_boxes_come_back_nearly_as_they_were() -> None:
    read = replace(_boxes(1)[0], at_ms=MINUTE + 500, text="B-AB 1")
    back, later = unpack_boxes(MINUTE, pack_boxes(MINUTE, [*_boxes(1), read]))
    assert (back.track, back.label, back.detector, back.at_ms, back.text) == ("t0", "person", "objects", MINUTE, "")
    assert (later.track, later.text) == ("t0", "B-AB 1")
    assert back.box == pytest.approx((0.25, 0.5, 0.125, 0), abs=1e-4)
    assert back.score == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match="damaged"):
        unpack_boxes(MINUTE, b"\x78\x9cnonsense")


@pytest.mark.django_db(databases="__all__")
def test_they_are_found_by_time_added_to_and_swept() -> None:
    store_objects({1: _boxes(200), 2: _boxes(1)})
    store_objects({1: _boxes(3, MINUTE + 250)})
    store_objects({1: _boxes(3, MINUTE + 250)})  # a batch may be repeated
    found = list(objects_between(1, MINUTE, MINUTE + 61_000))
    assert len(found) == 122 + 3
    assert [one.at_ms for one in found] == sorted(one.at_ms for one in found)
    assert not list(objects_between(3, 0, 2 * MINUTE))
    sweep_motion([1], MINUTE + 1000)
    assert {one.pk >> 43 for one in ObjectMinute.objects.all()} == {1}
