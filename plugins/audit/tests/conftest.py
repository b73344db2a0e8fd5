"""A log with entries in it, chained with a key of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.testing.clock import FakeClock
from plugins.audit.signing import Signer, load


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory."""
    return tmp_path


@pytest.fixture
def signer(data: Path) -> Signer:
    """Its key."""
    return load(data)


@pytest.fixture
def write(db: None, fake_clock: FakeClock) -> Callable[[int], None]:
    """Write entries to the log, a second apart."""
    from core.api.services import record_audit

    def some(count: int) -> None:
        for number in range(count):
            fake_clock.advance(1)
            after = {"name": f"Tür {number}", "ratio": 0.5}
            record_audit("ann", "camera.change", f"camera:{number}", after=after, address="10.0.0.7", clock=fake_clock)

    return some


@pytest.fixture
def link_all(signer: Signer, data: Path, fake_clock: FakeClock) -> Callable[[], int]:
    """Link all there is."""
    from plugins.audit.chain import link

    def run() -> int:
        count = 0
        while done := link(signer, data, fake_clock):
            count += done
        return count

    return run
