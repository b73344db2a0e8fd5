"""What is said about copies of the settings."""

import pytest

from core.backup.models import SettingsCopies, Target
from core.health import copies
from core.hookspecs.ops import Level
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db
DAY_MS = 86_400_000
NOW_MS = 1_800_000_000_000


@pytest.mark.parametrize(
    ("values", "level", "words"),
    [
        ({"enabled": False}, Level.OK, "No copies"),
        ({}, Level.OK, "by the clock"),
        ({"done_ms": NOW_MS - DAY_MS}, Level.OK, "by the clock"),
        ({"done_ms": NOW_MS - DAY_MS, "error": "The line was cut."}, Level.WARNING, "The line was cut."),
        ({"done_ms": NOW_MS - 3 * DAY_MS, "error": "The line was cut."}, Level.FAILED, "for long"),
        ({"done_ms": NOW_MS - 3 * DAY_MS}, Level.WARNING, "3 days ago"),
        ({"done_ms": NOW_MS - 3 * DAY_MS, "every": "week"}, Level.OK, "by the clock"),
        ({"target": None}, Level.FAILED, "deleted"),
    ],
)
def test_a_copy_that_is_late_or_failed_is_told(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, object], level: Level, words: str
) -> None:
    monkeypatch.setattr(copies, "_CLOCK", FakeClock(wall_ms=NOW_MS))
    target = Target.objects.create(name="folder", kind="folder")
    SettingsCopies.objects.create(**({"pk": 1, "enabled": True, "target": target} | values))
    found = copies.check()
    assert (found.level, words in found.summary) == (level, True), found
