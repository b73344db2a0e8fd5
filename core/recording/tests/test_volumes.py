"""Volumes: the default one, identity, and sentences when one cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.configuration import configuration
from core.hookspecs.storage import StorageError
from core.recording.models import Volume
from core.recording.volumes import ensure_default_volume, open_volume, open_volumes

pytestmark = pytest.mark.django_db(databases="__all__")


def row(path: Path | str, **fields: object) -> Volume:
    return Volume.objects.create(**{"name": "disk", "backend": "local_disk", "settings": {"path": str(path)}, **fields})


def test_first_start_makes_a_volume_once() -> None:
    ensure_default_volume()
    ensure_default_volume()
    found = Volume.objects.get()
    assert found.settings == {"path": str(configuration().data / "recordings")}
    (usable,), broken = open_volumes()
    assert usable.storage.volume_id()
    assert broken == {}


def test_identity_is_kept(storage_root: Path) -> None:
    volume = row(storage_root)
    found = open_volume(volume)
    assert Volume.objects.get().volume_id == found.storage.volume_id() != ""


def test_another_disk_is_refused(storage_root: Path) -> None:
    volume = row(storage_root, volume_id="0123")
    with pytest.raises(StorageError, match="not 0123; mount the right disk"):
        open_volume(volume)


def test_unknown_backend_and_bad_settings_are_named(storage_root: Path) -> None:
    row(storage_root, name="tape", backend="tape")
    row("relative", name="odd")
    row(storage_root / "absent", name="gone")
    usable, broken = open_volumes()
    assert usable == []
    assert "'tape'" in broken["tape"]
    assert "local_disk" in broken["tape"]
    assert "path: must be an absolute path, such as /srv/recordings." in broken["odd"]
    assert "does not exist" in broken["gone"]


def test_disabled_volumes_are_left_out(storage_root: Path) -> None:
    row(storage_root, enabled=False)
    assert open_volumes() == ([], {})
