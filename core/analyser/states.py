"""How a detector on a camera is doing."""

from __future__ import annotations

from enum import StrEnum

WORKER = "detectors"
"""The name of a plugin's process in which its detectors run, as `<plugin>:detectors`."""


class State(StrEnum):
    """How a detector on a camera is doing."""

    STARTING = "starting"  # its worker is not there yet, or is opening it
    LOOKING = "looking"
    SLOWED = "slowed"  # it cannot keep up and is given fewer pictures
    WAITING = "waiting"  # nothing comes: the camera is away, or nothing moves
    FAILED = "failed"  # message says why; tried again later
    QUARANTINED = "quarantined"  # its plugin's process ended too often
