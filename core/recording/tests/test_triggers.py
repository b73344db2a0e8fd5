"""Who asks that a camera be recorded, and that asking twice records once."""

from __future__ import annotations

import pytest

from core.recording.models import Trigger
from core.recording.services import KEPT_MS, LONGEST_MS, forget_triggers, trigger

pytestmark = pytest.mark.django_db(databases="__all__")


def rows() -> list[tuple[int, int, int, str]]:
    return list(Trigger.objects.order_by("pk").values_list("camera_id", "start_ms", "until_ms", "source"))


def test_asked_again_it_gets_longer_never_double() -> None:
    trigger(1, 1000, 5000, "action:7")
    trigger(1, 1000, 5000, "action:7")
    assert rows() == [(1, 1000, 5000, "action:7")]
    trigger(1, 2000, 9000, "action:7")
    trigger(1, 3000, 4000, "action:7")
    assert rows() == [(1, 1000, 9000, "action:7")]


def test_each_source_and_camera_by_itself() -> None:
    trigger(1, 1000, 5000, "action:7")
    trigger(1, 1000, 5000, "action:8")
    trigger(2, 1000, 5000, "action:7")
    assert len(rows()) == 3


@pytest.mark.parametrize(("until_ms", "source"), [(1000, "x"), (999, "x"), (1001 + LONGEST_MS, "x"), (2000, "")])
def test_what_cannot_be_is_refused(until_ms: int, source: str) -> None:
    with pytest.raises(ValueError, match="give"):
        trigger(1, 1000, until_ms, source)
    assert rows() == []


def test_old_ones_are_forgotten() -> None:
    trigger(1, 1000, 5000, "old")
    trigger(1, 1000, 6000, "recent")
    forget_triggers(5001 + KEPT_MS)
    assert [row[3] for row in rows()] == ["recent"]
