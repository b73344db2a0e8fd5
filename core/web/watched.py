"""Who watches what, for the audit log: noted where media is sent."""

from __future__ import annotations

from rest_framework.request import Request

from core.access.rights import Rights, rights_for
from core.cameras.queries import masks_on
from core.viewings.noting import Kind, Subject, noted


def note_live(request: Request, camera_id: int) -> None:
    """A live picture goes to who asks. Asks the database of those who may see under masks."""
    noted.saw(_subject(request, camera_id, Kind.LIVE, None))


def note_playback(request: Request, camera_id: int, start_ms: int, end_ms: int) -> None:
    """A range of a recording goes to who asks, UTC ms."""
    noted.saw(_subject(request, camera_id, Kind.PLAYBACK, start_ms), start_ms, end_ms)


def sees_masked(rights: Rights, camera_id: int, from_ms: int | None) -> bool:
    """Whether there is something under privacy masks that this user is shown all the same. Asks the database."""
    return rights.holds("camera.unmask", camera_id) and bool(masks_on(camera_id, from_ms))


def _subject(request: Request, camera_id: int, kind: Kind, from_ms: int | None) -> Subject:
    unmasked = sees_masked(rights_for(request), camera_id, from_ms)
    address = str(request.META.get("REMOTE_ADDR") or "")
    return Subject(request.user.get_username(), address, camera_id, kind, unmasked)
