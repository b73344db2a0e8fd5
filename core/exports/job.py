"""Making one export: from its row to a signed archive, in flat memory however long the ranges are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any

from core.exports import claims
from core.exports.archive import Archive, Written, archive_path
from core.exports.footage import Footage, Hole, Item, Read, footages, holes_of
from core.exports.manifest import file_name, file_row, manifest
from core.exports.models import Export, State
from core.exports.signing import Signer
from core.exports.verify import MANIFEST, SIGNATURE
from core.hookspecs.storage import StorageError
from core.media.clock import Clock
from core.recording.reading import Place

RENEW_S = 1.0
BEGINNINGS = 5
"""Recordings may be deleted by retention while they are exported; the archive is then begun anew, so often at most."""


class NothingToExport(Exception):
    """Not one picture of what was asked for is there; one sentence."""


class Stopping(Exception):
    """This process has to end."""


class _Gone(Exception):
    """A segment could not be read while its file was being written."""

    def __init__(self, segment: int, reason: str) -> None:
        super().__init__(reason)
        self.segment = segment


class Job:
    """One attempt at one export. read: bytes of a recording; tick: called often, to show life; what it raises ends us.

    keep_days: how long the archive is kept, 0 for good.
    """

    def __init__(
        self, export: Export, folder: Path, signer: Signer, read: Read, zone: tzinfo, clock: Clock, keep_days: int
    ) -> None:
        self._export, self._folder, self._signer = export, folder, signer
        self._read, self._zone, self._clock = read, zone, clock
        self._keep_ms = keep_days * 86_400_000
        self._missing: dict[int, str] = {}
        self._renewed = clock.monotonic()
        self._done = 0
        self.tick: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Make the archive and note it in the row.

        Raises DiskFull, NothingToExport, BurningFailed, StorageError, and what `tick` and `claims.renew` raise; then
        nothing of the archive is left.
        """
        for _ in range(BEGINNINGS):
            try:
                return self._attempt()
            except _Gone as gone:
                self._missing[gone.segment] = str(gone)
        raise StorageError("Recordings were deleted again and again while they were exported; export what is left.")

    def _attempt(self) -> None:
        export = self._export
        self._done, export.total_bytes = 0, self._estimate()
        archive = Archive(archive_path(self._folder, export.pk))
        try:
            archive.demand(export.total_bytes)
            rows, empty = self._write_all(archive)
            if not rows:
                raise NothingToExport(self._why_nothing())
            made_ms = self._clock.wall_ms()
            text = manifest(export, rows, empty, made_ms, self._signer.public)
            archive.add(MANIFEST, made_ms / 1000, len(text), [text], self._idle)
            archive.add(SIGNATURE, made_ms / 1000, 0, [self._signer.sign(text)], self._idle)
            self._renew()
            size = archive.finish()
        finally:
            archive.abandon()
        claims.finish(
            export,
            State.DONE,
            size=size,
            files=[_short(row) for row in rows],
            notes=self._notes(rows, empty),
            done_bytes=export.total_bytes,
            finished_ms=made_ms,
            expires_ms=made_ms + self._keep_ms if self._keep_ms else None,
        )

    def _estimate(self) -> int:
        return sum(footage.size() for item in self._export.items for footage in self._footages(item))

    def _footages(self, item: Item) -> Iterator[Footage]:
        for footage in footages(item, self._read, self._missing):
            self._tick(0)
            yield footage

    def _write_all(self, archive: Archive) -> tuple[list[dict[str, Any]], list[tuple[Item, list[Hole]]]]:
        rows: list[dict[str, Any]] = []
        empty: list[tuple[Item, list[Hole]]] = []
        for item in self._export.items:
            before = len(rows)
            for footage in self._footages(item):
                written = self._write(archive, file_name(len(rows) + 1, footage), footage)
                rows.append(file_row(written, footage, burnt_in=self._is_burnt(footage), redacted=self._export.redact))
            if len(rows) == before:
                empty.append((item, holes_of(item, [], item["start_ms"], item["end_ms"])))
        return rows, empty

    def _write(self, archive: Archive, name: str, footage: Footage) -> Written:
        size = footage.size()
        begun = self._done
        chunks = self._burnt(footage) if self._is_burnt(footage) else self._copied(footage)
        written = archive.add(name, footage.start_ms / 1000, size, chunks, self._tick)
        self._done = begun + size
        return written

    def _copied(self, footage: Footage) -> Iterator[bytes]:
        file = footage.file()
        return file.chunks(0, file.size, self._reader(footage, counts=True))

    def _is_burnt(self, footage: Footage) -> bool:
        export = self._export
        return export.burn_in or bool(export.redact or export.watermark or footage.item.get("masks"))

    def _burnt(self, footage: Footage) -> Iterator[bytes]:
        from core.exports.burning import burnt  # PyAV and its libraries only where they are needed

        export, read = self._export, self._reader(footage, counts=True)
        zone = self._zone if export.burn_in else None
        return burnt(footage, read, zone, export.redact, export.watermark, lambda: self._tick(0))

    def _reader(self, footage: Footage, *, counts: bool) -> Read:
        """Reads the footage's bytes, counts them as progress, and says which segment it was that failed."""
        segments = {part.piece.source: part.segment for part in footage.parts}

        def read(place: Place, offset: int, length: int) -> bytes:
            try:
                data = self._read(place, offset, length)
            except StorageError as error:
                raise _Gone(segments[place], str(error)) from error
            if len(data) < length:
                raise _Gone(segments[place], "its file is shorter than the index says")
            if counts:
                self._done += length
            self._tick(0)
            return data

        return read

    def _tick(self, size: int) -> None:
        self.tick()
        if self._clock.monotonic() - self._renewed >= RENEW_S:
            self._renew()

    def _idle(self, size: int) -> None:
        self.tick()

    def _renew(self) -> None:
        self._renewed = self._clock.monotonic()
        claims.renew(self._export, self._clock.wall_ms(), min(self._done, self._export.total_bytes))

    def _notes(self, rows: list[dict[str, Any]], empty: list[tuple[Item, list[Hole]]]) -> list[dict[str, Any]]:
        """What the person has to know that is not in the archive."""
        gaps = [{"camera": row["camera_name"], **gap} for row in rows for gap in row["gaps"]]
        return [*gaps, *({"camera": item["name"], "start": "", "end": "", "reason": "nothing"} for item, _ in empty)]

    def _why_nothing(self) -> str:
        if self._missing:
            return f"Nothing of it can be read: {next(iter(self._missing.values()))}"
        return "Nothing is recorded, or can be read, in these ranges; the timeline shows what there is."


def _short(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("name", "offset", "size", "camera", "camera_name", "start", "end", "sha256")}
