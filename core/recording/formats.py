"""The format rows that segments share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from core.media.mp4.meta import tracks_to_json
from core.media.units import Track
from core.recording.models import Format


def digest_of(tracks: Sequence[Track]) -> str:
    """What makes two formats the same."""
    return hashlib.sha256(json.dumps(tracks_to_json(tracks), sort_keys=True).encode()).hexdigest()


class FormatIds:
    """Row ids of formats; each is looked up or inserted once. Used inside the caller's transaction."""

    def __init__(self) -> None:
        self._known: dict[tuple[Track, ...], int] = {}

    def of(self, tracks: tuple[Track, ...]) -> int:
        """The row id of these tracks' format."""
        if tracks not in self._known:
            row, _ = Format.objects.get_or_create(digest=digest_of(tracks), defaults={"tracks": tracks_to_json(tracks)})
            self._known[tracks] = row.pk
        return self._known[tracks]

    def forget(self) -> None:
        """After a transaction that was rolled back its inserted rows are not there."""
        self._known.clear()
