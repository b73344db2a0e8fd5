"""Fixtures around the rig: a test imports those it uses from here, wherever it lies.

`running_system` is one Eyrie for the whole session: its users add cameras of their own and leave those of others alone.
`new_system` makes further ones, for tests that kill and break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig.processes import ROOT
from tests.rig.system import RunningSystem

SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A whole Eyrie, healthy, ended after the session."""
    system = RunningSystem(tmp_path_factory.mktemp("eyrie") / "data")
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def new_system(tmp_path: Path) -> Iterator[Callable[..., RunningSystem]]:
    """A factory of systems that are not started yet; all are ended after the test. Keywords are EYRIE_* settings."""
    made: list[RunningSystem] = []

    def make(**settings: str) -> RunningSystem:
        made.append(RunningSystem(tmp_path / f"eyrie-{len(made)}" / "data", settings))
        return made[-1]

    yield make
    for system in made:
        system.stop()


@pytest.fixture(scope="session")
def clips() -> Path:
    """The shared clips; a test that needs them is skipped, and says so, where they are not."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"NO REAL INPUT: {SHARED_DATA} is not there, so nothing was compared with the shared clips")
    return SHARED_DATA
