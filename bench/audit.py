"""What the audit log's chain costs: writing, linking, verifying, searching and exporting a log of many entries.

python bench/audit.py            # 1,000,000 entries in a SQLite file of its own
python bench/audit.py 100000
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

DATA = tempfile.mkdtemp(prefix="eyrie-bench-")
os.environ["EYRIE_DATA"] = DATA
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from core.api import SystemClock  # noqa: E402
from core.api.services import AuditSearch, record_audit, search_audit  # noqa: E402
from core.system.models import AuditRow  # noqa: E402
from plugins.audit import export, hooks  # noqa: E402
from plugins.audit.chain import link  # noqa: E402
from plugins.audit.signing import load  # noqa: E402
from plugins.audit.stored import verify  # noqa: E402

PIECE = 10_000
ACTIONS = ("camera.change", "camera.live", "camera.playback", "auth.sign_in", "export.create")


@contextmanager
def measured(what: str, count: int) -> Iterator[None]:
    """Seconds, CPU and the most memory so far."""
    began, cpu = time.perf_counter(), time.process_time()
    yield
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:28} {took:8.2f} s  {spent:8.2f} s CPU  {count / took:10,.0f} /s  peak {peak:.0f} MB", flush=True)


def fill(count: int) -> None:
    """Rows as `record` writes them, many at once."""
    for start in range(0, count, PIECE):
        AuditRow.objects.bulk_create(
            AuditRow(
                at_ms=1_767_225_600_000 + number * 1000,
                actor=f"user{number % 50}",
                action=ACTIONS[number % len(ACTIONS)],
                target=f"camera:{number % 400}",
                address="10.0.0.7",
                detail={"after": {"camera": f"Tür {number % 400}", "from": "2026-01-01T00:00:00Z"}},
            )
            for number in range(start, min(start + PIECE, count))
        )


def timed(what: str, work: Callable[[], Any], times: int = 20) -> None:
    """Milliseconds at the median and at worst."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    print(f"{what:28} p50 {sorted(took)[times // 2]:.1f} ms, worst {max(took):.1f} ms", flush=True)


def main(count: int) -> None:
    """All of it."""
    call_command("migrate", verbosity=0)
    data, clock = Path(DATA), SystemClock()
    signer = load(data)
    hooks.on_audit_recorded = lambda entry: None  # the queue is not what is measured
    with measured("rows made", count):
        fill(count)
    with measured("linked, signed each 500", count):
        while link(signer, data, clock):
            pass
    with measured("verified", count):
        verdict = verify(data, [signer.public], clock)
    if verdict.findings or verdict.last != count:
        raise SystemExit(f"the chain does not prove good: {verdict}")
    with measured("exported as JSON", count):
        size = sum(map(len, export.whole(signer, clock.wall_ms())))
    print(f"{'':28} {size / 1e6:.0f} MB; database {Path(DATA, 'eyrie.sqlite3').stat().st_size / 1e6:.0f} MB")
    timed("one entry linked", lambda: (record_audit("ann", "camera.change", "camera:1"), link(signer, data, clock)))
    for what, wanted in {
        "newest 100": AuditSearch(),
        "of one user": AuditSearch(actor="user7"),
        "of one camera": AuditSearch(target="camera:7"),
        "text that is nowhere": AuditSearch(text="nowhere to be found"),
    }.items():
        timed(f"search: {what}", partial(search_audit, wanted, None, 100), 5)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
