"""Recordings on a real volume, a target that is a folder, and a runner that works step by step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from core.backup.tests.folder import Faults, hooks_of
from core.media.tests.footage import START_MS
from core.recording.tests.recorded import make_volume
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock


@pytest.fixture
def volume(storage_root: Path, db: None) -> OpenVolume:
    return make_volume(storage_root)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(wall_ms=START_MS + 3_600_000)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """Where copies go."""
    place = tmp_path / "far"
    place.mkdir()
    return place


@pytest.fixture
def resumes() -> bool:
    """Whether the folder can be appended to."""
    return True


@pytest.fixture
def folder_kind(register_temporarily: Any, faults: Faults, resumes: bool) -> Any:
    """The plugin that offers the folder, as the host keeps account of it."""
    return register_temporarily(hooks_of(faults, resumes=resumes), "folder")


@pytest.fixture
def camera(db: None) -> Callable[[str], int]:
    """Make a camera; its id."""

    def make(name: str = "Gate") -> int:
        from core.cameras.models import Camera

        return int(Camera.objects.create(name=name, driver="paper").pk)

    return make


@pytest.fixture
def plan_of(folder_kind: None, far: Path) -> Callable[..., Any]:
    """Make a plan, with its target at first: `plan_of(content="events")`."""

    def make(name: str = "nightly", target: dict[str, Any] | None = None, **values: Any) -> Any:
        from core.backup.models import Plan, Target
        from core.backup.paths import DEFAULT

        place, _ = Target.objects.get_or_create(
            name="folder", defaults={"kind": "folder", "settings": {"path": str(far)}, **(target or {})}
        )
        template = values.pop("template", DEFAULT[values.get("content", "recordings")])
        return Plan.objects.create(name=name, target=place, template=template, **values)

    return make


@pytest.fixture
def runner_of(clock: FakeClock) -> Iterator[Callable[..., Any]]:
    """Make a runner: a process of its own as far as claims go."""
    from core.backup.runner import Runner

    def make(stop: threading.Event | None = None) -> Any:
        return Runner(lambda: UTC, clock, stop or threading.Event(), lambda: None)

    yield make


@pytest.fixture
def work(runner_of: Callable[..., Any]) -> Callable[[], None]:
    """What the backup process does in a few seconds: look what is new, and serve every target once."""
    runner = runner_of()

    def once() -> None:
        from core.backup.models import Target

        runner.look()
        for target in Target.objects.filter(enabled=True):
            courier = runner.courier(target)
            if courier is not None:
                courier.run()

    return once
