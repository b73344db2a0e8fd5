"""Announcements: kept, and played through cameras."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from channels.db import database_sync_to_async
from django.db import transaction
from django.db.models import QuerySet

from core.hookspecs.cameras import ControlError
from core.media.clock import Clock, SystemClock
from core.media.speech import NoSpeech, announcement, pcm_of
from core.system import audit
from core.talk.floor import Busy, Speaker
from core.talk.models import Announcement
from core.talk.talking import PIECE_MS, Interrupted, Pieces, talk

MOST = 200


def announcements() -> QuerySet[Announcement]:
    """All, by name, without their sound."""
    return Announcement.objects.defer("sound")


def add_announcement(
    name: str, data: bytes, *, actor: str, address: str = "", clock: Clock | None = None
) -> Announcement:
    """Keep a sound file as an announcement. Blocks for seconds. Raises NoSpeech."""
    if Announcement.objects.count() >= MOST:
        raise NoSpeech(f"There are {MOST} announcements already; delete some.")
    sound, length_ms = announcement(data)
    with transaction.atomic():
        row = Announcement.objects.create(
            name=name, sound=sound, length_ms=length_ms, created_ms=(clock or SystemClock()).wall_ms()
        )
        after = {"name": name, "length_ms": length_ms}
        audit.record(actor, "announcement.add", f"announcement:{row.pk}", after=after, address=address)
    return row


def remove_announcement(row: Announcement, *, actor: str, address: str = "") -> None:
    """Delete one."""
    with transaction.atomic():
        audit.record(actor, "announcement.remove", f"announcement:{row.pk}", before={"name": row.name}, address=address)
        row.delete()


def pieces_of(row: Announcement) -> Pieces:
    """What it says."""

    async def pieces(rate: int) -> AsyncIterator[bytes]:
        pcm = await asyncio.to_thread(pcm_of, bytes(row.sound), rate)
        step = rate * PIECE_MS // 1000 * 2
        for at in range(0, len(pcm), step):
            yield pcm[at : at + step].ljust(step, b"\0")

    return pieces


def play_announcement(camera_ids: Sequence[int], name: str, actor: str) -> dict[int, str]:
    """Play an announcement through cameras at once; by camera why not, where it was not played to its end.

    Blocks until it is over: not for an event loop. Raises ControlError when there is no such announcement.
    """
    row = Announcement.objects.filter(name=name).first()
    if row is None:
        raise ControlError(f"There is no announcement {name!r}; choose another one.", lasting=True)
    return asyncio.run(_play(camera_ids, row, actor))


async def _play(camera_ids: Sequence[int], row: Announcement, actor: str) -> dict[int, str]:
    speaker = Speaker(actor, row.name)

    async def one(camera_id: int) -> str:
        try:
            await talk(camera_id, speaker, pieces_of(row))
        except (Busy, ControlError, Interrupted) as error:
            return str(error)
        return ""

    outcomes = await asyncio.gather(*map(one, camera_ids))
    return {camera_id: why for camera_id, why in zip(camera_ids, outcomes, strict=True) if why}


async def announcement_numbered(number: int) -> Announcement | None:
    """One by its id."""
    found: Announcement | None = await database_sync_to_async(Announcement.objects.filter(pk=number).first)()
    return found
