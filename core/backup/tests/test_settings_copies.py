"""Settings copied by the clock to a target that is a folder: locked, checked, as many as are to be kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.backup import settings_copies
from core.backup.models import SettingsCopies, Target
from core.backup.services import BackupSettingsError
from core.backup.tests.folder import Faults
from core.hookspecs.backup import BackupTrouble
from core.system.models import AuditRow, Site
from core.system.transfer import envelope
from core.system.transfer.archive import unpack
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db
PASSPHRASE = "correct horse"  # noqa: S105  # of files that a test makes
DAY = 86_400


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What deriving a key costs is not what is tested."""
    monkeypatch.setitem(envelope._SCRYPT, "n", 2)


@pytest.fixture
def target(folder_kind: None, far: Path) -> Target:
    Site.objects.create(pk=1, name="Old Mill / 2")
    return Target.objects.create(name="folder", kind="folder", settings={"path": str(far)})


@pytest.fixture
def set_up(target: Target) -> None:
    settings_copies.change(values(target.pk), actor="ada")


def values(target: int | None, **more: Any) -> dict[str, Any]:
    usual = {"enabled": True, "target": target, "every": "day", "hour": 3, "keep": 3, "include": []}
    return usual | {"passphrase": PASSPHRASE} | more


def files(far: Path) -> list[Path]:
    return sorted((far / settings_copies.FOLDER).glob("*"))


def test_it_is_made_when_it_is_due_and_opens_with_the_passphrase(set_up: None, far: Path, clock: FakeClock) -> None:
    settings_copies.look(clock)
    (file,) = files(far)
    assert file.name.startswith(f"Old-Mill-2-{settings_copies.copies().mark}-")
    assert "core.site" in unpack(file.read_bytes(), PASSPHRASE).parts
    row = settings_copies.copies()
    assert (row.done_ms, row.size, row.error, row.claimed_ms) == (clock.wall_ms(), file.stat().st_size, "", 0)
    settings_copies.look(clock)
    assert len(files(far)) == 1
    clock.advance(DAY)
    settings_copies.look(clock)
    assert len(files(far)) == 2
    assert AuditRow.objects.filter(action="configuration.copy", actor="<schedule>").count() == 2
    assert PASSPHRASE not in str(AuditRow.objects.values_list("detail", flat=True))


def test_only_the_newest_of_our_own_stay(set_up: None, far: Path, clock: FakeClock) -> None:
    (far / settings_copies.FOLDER).mkdir()
    strange = far / settings_copies.FOLDER / "Old-Mill-2-00000000-20200101T000000Z.eyrie"
    strange.touch()
    left = far / settings_copies.FOLDER / f"Old-Mill-2-{settings_copies.copies().mark}-20200101T000000Z.eyrie.part"
    left.touch()
    for _ in range(5):
        settings_copies.look(clock)
        clock.advance(DAY)
    assert strange in files(far)
    assert left not in files(far)
    assert len(files(far)) == 1 + 3
    assert (far / settings_copies.copies().name) in files(far)


@pytest.mark.parametrize("fault", ["away", "corrupts", "breaks"])
def test_what_goes_wrong_is_told_and_tried_again_later(
    set_up: None, far: Path, clock: FakeClock, faults: Faults, fault: str
) -> None:
    if fault == "away":
        faults.trouble = BackupTrouble.AWAY
    elif fault == "corrupts":
        faults.corrupts = True
    else:
        faults.breaks = RuntimeError("a mistake")
    settings_copies.look(clock)
    row = settings_copies.copies()
    assert row.error
    assert (row.done_ms, row.claimed_ms) == (0, 0)
    tried = row.tried_ms
    clock.advance(60)
    settings_copies.look(clock)
    assert settings_copies.copies().tried_ms == tried
    faults.trouble, faults.corrupts, faults.breaks = None, False, None
    clock.advance(settings_copies.RETRY_MS / 1000)
    settings_copies.look(clock)
    assert (settings_copies.copies().error, len(files(far))) == ("", 1)


def test_who_was_killed_at_it_is_succeeded_after_a_while(set_up: None, far: Path, clock: FakeClock) -> None:
    SettingsCopies.objects.update(claimed_ms=clock.wall_ms())
    settings_copies.look(clock)
    assert not (far / settings_copies.FOLDER).exists()
    clock.advance(settings_copies.LEASE_MS / 1000 + 1)
    settings_copies.look(clock)
    assert len(files(far)) == 1


def test_when_it_is_due() -> None:
    zone = ZoneInfo("Europe/Zurich")

    def due(every: str, now: datetime) -> datetime:
        row = SettingsCopies(every=every, hour=3)
        return datetime.fromtimestamp(settings_copies.due_ms(row, int(now.timestamp() * 1000), zone) / 1000, UTC)

    assert due("day", datetime(2026, 7, 1, 0, 59, tzinfo=UTC)) == datetime(2026, 6, 30, 1, tzinfo=UTC)
    assert due("day", datetime(2026, 7, 1, 1, 0, tzinfo=UTC)) == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert due("week", datetime(2026, 7, 6, 0, 59, tzinfo=UTC)) == datetime(2026, 6, 29, 1, tzinfo=UTC)
    assert due("week", datetime(2026, 7, 12, 12, tzinfo=UTC)) == datetime(2026, 7, 6, 1, tzinfo=UTC)


def test_what_cannot_be_set_is_told_by_field(target: Target) -> None:
    for given, field in (
        (values(target.pk, passphrase=""), "passphrase"),
        (values(target.pk) | {"passphrase": "short"}, "passphrase"),
        (values(None), "target"),
        (values(4711), "target"),
        (values(target.pk, include=["tea.cups"]), "include"),
    ):
        with pytest.raises(BackupSettingsError) as caught:
            settings_copies.change(given, actor="ada")
        assert list(caught.value.fields) == [field]


def test_without_its_target_nothing_is_tried(set_up: None, target: Target, clock: FakeClock) -> None:
    target.delete()
    settings_copies.look(clock)
    assert settings_copies.copies().tried_ms == 0
