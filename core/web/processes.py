"""The processes of this machine, as the supervisor last wrote them down (core.supervisor.register)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from core.configuration import configuration
from core.web.rest.times import rfc3339


def processes() -> list[dict[str, Any]]:
    """Each process with name, pid, state, since, restarts, cpu_seconds and memory (bytes).

    None when this one runs alone (`manage.py web`).
    """
    path = configuration().data / "run" / "processes.json"
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    if found["supervisor"] != os.getppid():  # left by one that was killed
        return []
    return [
        {
            "name": row["name"],
            "pid": row["pid"],
            "state": row["state"],
            "since": rfc3339(row["since_ms"]),
            "restarts": row["restarts"],
            **_used(row["pid"]),
        }
        for row in found["processes"]
    ]


def _used(pid: int | None) -> dict[str, float | int | None]:
    """What a process has used, from /proc (proc(5)); null where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return {"cpu_seconds": None, "memory": None}
    ticks = int(fields[11]) + int(fields[12])  # utime, stime
    return {"cpu_seconds": ticks / os.sysconf("SC_CLK_TCK"), "memory": pages * os.sysconf("SC_PAGE_SIZE")}
