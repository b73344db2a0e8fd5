"""The processes of this machine, as the supervisor last wrote them down (core.supervisor.register)."""

from __future__ import annotations

import json
import os
from typing import Any

from core.configuration import configuration
from core.web.rest.times import rfc3339


def processes() -> list[dict[str, Any]]:
    """Each process with name, pid, state, since and restarts; none when this one runs alone (`manage.py web`)."""
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
        }
        for row in found["processes"]
    ]
