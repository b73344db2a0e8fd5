"""What every bench shares: its options, the conditions it ran under, whole-process figures, tables and the JSON file.

A bench asserts nothing. It prints Eyrie's figure beside its peer's of the same run; the reader judges. Run it as
`.venv/bin/python bench/NAME.py [--quick] [--json FILE]`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import psutil

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the checkout is not

MB = 1_000_000
PACKAGES = ("django", "av", "uvloop", "uvicorn")


def arguments(description: str) -> argparse.ArgumentParser:
    """The options every bench has; the bench adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a small version that ends in about a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write conditions and figures there")
    return parser


@dataclass
class Report:
    """One bench's outcome. conditions: what it ran on and with; figures: name -> number (or a list of rows)."""

    bench: str
    conditions: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path | None) -> None:
        """Write the JSON file when one was asked for."""
        if path is not None:
            path.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")


def begin(bench: str, at_ms: int, **options: Any) -> Report:
    """Start a report: print and keep the conditions. at_ms: UTC milliseconds of the run's start; options: its own."""
    signal.signal(signal.SIGTERM, _stop)
    conditions = machine() | {"date": _iso(at_ms)} | options
    report = Report(bench, conditions)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # stdout is a TextIOWrapper in a script
    print(f"bench/{bench}.py")
    for name, value in conditions.items():
        print(f"  {name}: {value}")
    return report


def _stop(_number: int, _frame: object) -> NoReturn:
    """Stop as on Ctrl-C, so that what was started is ended and what was written is removed."""
    raise KeyboardInterrupt


def machine() -> dict[str, Any]:
    """What the figures depend on: processor, cores, load, memory, kernel, Python and package versions."""
    load = os.getloadavg()
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in load],
        "memory_mb": psutil.virtual_memory().total // MB,
        "kernel": platform.release(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under a head, columns as wide as they need."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(head)]
    print()
    for row in [list(head), ["-" * width for width in widths], *cells]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie, by the nearest rank; nan of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a process tree: cpu_s user+system seconds since its start, rss and pss bytes now, processes alive."""

    cpu_s: float
    rss: int
    pss: int
    processes: int


def usage(pids: Iterable[int]) -> Usage:
    """Add up the process trees below these pids, including ended children they have waited for."""
    cpu, rss, pss = 0.0, 0, 0
    members = {process.pid: process for pid in pids for process in _tree(pid)}
    for process in members.values():
        try:
            times, memory = process.cpu_times(), process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        cpu += times.user + times.system + times.children_user + times.children_system
        rss, pss = rss + memory.rss, pss + memory.pss
    return Usage(cpu, rss, pss, len(members))


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
