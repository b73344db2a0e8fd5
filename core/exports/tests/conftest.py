"""Recordings on a real volume, and an exporter that works on them step by step."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from core.media.tests.footage import START_MS
from core.recording.tests.recorded import make_volume
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock


@pytest.fixture
def volume(storage_root: Path) -> OpenVolume:
    return make_volume(storage_root)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(wall_ms=START_MS + 3_600_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def exporter_of(folder: Path, tmp_path: Path, clock: FakeClock) -> Iterator[Callable[..., Any]]:
    """Make an exporter: a process of its own as far as claims go. `beat` is called often while it works."""
    from core.exports.exporter import Exporter
    from core.exports.signing import load

    def make(
        beat: Callable[[], None] = lambda: None, stop: threading.Event | None = None, folder: Path = folder
    ) -> Exporter:
        signer = load(tmp_path / "export.key")
        return Exporter(folder, lambda: signer, lambda: UTC, 7, clock, stop or threading.Event(), beat)

    yield make


@pytest.fixture
def ask(db: None) -> Callable[..., Any]:
    """Ask for an export: `ask((camera, start_s, end_s), …)`, seconds since START_MS."""
    from core.access import services as access
    from core.access.models import User
    from core.exports.services import request_export

    def make(*ranges: tuple[int, float, float], **options: Any) -> Any:
        user = User.objects.filter(username="eve").first() or access.add_user("eve", "a long enough password")
        items = [
            {
                "camera": camera,
                "name": f"Camera {camera}",
                "stream": 0,
                "start_ms": START_MS + round(start * 1000),
                "end_ms": START_MS + round(end * 1000),
            }
            for camera, start, end in ranges
        ]
        return request_export(user.pk, "eve", options.pop("items", items), **options)

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "eyrie-test", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"NO SMALL DISK: tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
