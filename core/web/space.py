"""How much room the volumes have, without letting a hung disk hold up the answer."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import Any

from core.hookspecs.storage import StorageError, VolumeSpace
from core.recording.models import Volume
from core.recording.queries import volumes
from core.recording.volumes import VolumeError, look_at, open_volume
from core.web.speech import said

SECONDS = 3.0
_pool = ThreadPoolExecutor(4, thread_name_prefix="space")
_asked: dict[int, Future[VolumeSpace]] = {}


def volume_states() -> list[dict[str, Any]]:
    """Each volume with its space, or the sentence why that cannot be told."""
    return [_state(row) for row in volumes()]


def room_of(backend: str, settings: dict[str, Any]) -> VolumeSpace:
    """The room of a place that is no volume yet. Raises VolumeError."""
    try:
        return _pool.submit(look_at, backend, settings).result(SECONDS)
    except Late:
        raise VolumeError({"settings": f"This place did not answer within {SECONDS:g} s; check its disk."}) from None


def _state(row: Volume) -> dict[str, Any]:
    body: dict[str, Any] = {"id": row.pk, "name": row.name, "backend": row.backend, "enabled": row.enabled}
    try:
        space = _space(row)
    except StorageError as error:
        return {**body, "total": None, "free": None, "error": said(str(error))}
    return {**body, "total": space.total, "free": space.free, "error": ""}


def _space(row: Volume) -> VolumeSpace:
    # One question a volume at a time: a disk that hangs holds one thread of the pool, however often it is asked for.
    waiting = _asked.get(row.pk)
    if waiting is None or waiting.done():
        waiting = _asked[row.pk] = _pool.submit(lambda: open_volume(row).storage.space())
    try:
        return waiting.result(SECONDS)
    except Late:
        raise StorageError(f"Volume {row.name!r} did not answer within {SECONDS:g} s; check its disk.") from None
