"""What the tests of the index share."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.recording.tests.recorded import make_volume
from core.recording.volumes import OpenVolume


@pytest.fixture
def volume(storage_root: Path) -> OpenVolume:
    """An empty volume, known to the index."""
    return make_volume(storage_root)
