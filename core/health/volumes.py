"""May every volume be written to, has it room, and is it fast enough?

What is written is a megabyte in an object of its own, taken back before it is committed, through the storage backend as
recordings go.
"""

from __future__ import annotations

import os
import secrets
import time

from core.hookspecs.ops import Health, Level
from core.hookspecs.storage import Storage, StorageError
from core.recording.models import Volume
from core.recording.queries import volumes
from core.recording.volumes import open_volume

TRIAL = 1024 * 1024
SLOW = 10_000_000
"""Bytes a second, about twenty cameras of 4 Mbit/s; less is told."""
FLOOR_SHARE = 100
"""A volume with less than this part of it free is full: retention did not keep what is reserved."""
_LINK = "/system/settings/"


def check() -> Health:
    """The worst of what is to be said of the volumes that are recorded onto."""
    found = [_one(row) for row in volumes() if row.enabled]
    if not found:
        remedy = "Add a folder or disk, or switch a volume on."
        return Health(Level.FAILED, "No volume is recorded onto, so nothing is kept.", remedy, _LINK)
    for level in (Level.FAILED, Level.WARNING):
        worst = [health for health in found if health.level is level]
        if worst:
            return worst[0]
    return Health(Level.OK, " ".join(health.summary for health in found), link=_LINK)


def _one(row: Volume) -> Health:
    try:
        volume = open_volume(row)
        space = volume.storage.space()
        speed = _speed(volume.storage)
    except StorageError as error:
        remedy = "Look whether its disk is mounted and whether Eyrie may write there."
        return Health(Level.FAILED, f"Volume {row.name} cannot be written to: {error}", remedy, _LINK)
    if space.free < min(row.reserve_bytes / 2, space.total / FLOOR_SHARE):
        remedy = "Keep recordings for fewer days, remove what else lies on this disk, or add a volume."
        return Health(Level.WARNING, f"Volume {row.name} has {_gb(space.free)} left.", remedy, _LINK)
    if speed < SLOW:
        remedy = "Look what else uses this disk; recording needs one that takes its cameras' bitrates together."
        return Health(Level.WARNING, f"Volume {row.name} takes {_mbs(speed)} only.", remedy, _LINK)
    return Health(Level.OK, f"{row.name}: {_gb(space.free)} free, {_mbs(speed)}.")


def _speed(storage: Storage) -> float:
    """Bytes a second of one write of TRIAL bytes that is waited for until it lies on the medium."""
    writer = storage.create(f"health/{secrets.token_hex(8)}")  # no segment's key: nobody adopts what a crash leaves
    try:
        data = os.urandom(TRIAL)
        began = time.perf_counter()
        writer.append(data)
        writer.sync()
        return TRIAL / max(time.perf_counter() - began, 1e-6)
    finally:
        writer.abort()


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _mbs(speed: float) -> str:
    return f"{speed / 1e6:.0f} MB/s"
