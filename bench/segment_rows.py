"""Fills a fresh segment index with a park's worth of rows, as years of recording would have left it.

Rows come in the order of time, cameras interleaved, with every index in place: so pages are split as in real life.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connections, router
from django.db.models import Model

SEGMENT_MS = 60_000
FRAGMENT_MS = 500
FIRST_MS = 1_750_000_000_000
BITRATE_BYTES = 4_200_000 // 8
BATCH = 20_000
BLOBS = 256


def fragment_blobs(seed: int = 1) -> list[bytes]:
    """Encoded fragment indexes of one minute at 4 Mbit/s with audio; a few hundred different ones, reused."""
    from core.media.fragments import Fragment, encode

    rng = random.Random(seed)  # noqa: S311 - data for a bench, not a secret
    blobs = []
    for _ in range(BLOBS):
        fragments, offset = [], 1500
        for number in range(SEGMENT_MS // FRAGMENT_MS):
            size = int(BITRATE_BYTES * FRAGMENT_MS / 1000 * rng.uniform(0.6, 1.4))
            fragments.append(
                Fragment(
                    offset=offset,
                    size=size,
                    head=900 + rng.randrange(80),
                    start_ms=number * FRAGMENT_MS,
                    duration_ms=FRAGMENT_MS,
                    keyframe=number % 4 == 0,
                )
            )
            offset += size
        blobs.append(encode(fragments))
    return blobs


def database(model: type[Model]) -> str:
    """The alias the segment index lives in."""
    return router.db_for_write(model)


def set_up(data: Path, postgres: str | None) -> None:
    """Django on a fresh data directory, with every table made by the real migrations."""
    extra = {"EYRIE_DATABASE_URL": postgres} if postgres else {}
    import django
    from django.core.management import call_command

    from tests.rig.processes import environment

    fresh = environment(data, extra) | {"DJANGO_SETTINGS_MODULE": "core.settings"}
    os.environ.clear()
    os.environ.update(fresh)
    django.setup()
    for name in connections:
        call_command("migrate", verbosity=0, database=name)


class Loader:
    """Writes segments and their pieces in bulk, past the ORM, in one transaction a batch.

    volume: the settings of the volume that they are said to lie on.
    """

    def __init__(self, cameras: int, volume: dict[str, str] | None = None) -> None:
        from core.recording.models import Format, Piece, Segment, Volume

        self.cameras = cameras
        self.alias = database(Segment)
        self.blobs = fragment_blobs()
        self.volume = Volume.objects.create(name="bench", backend="local_disk", settings=volume or {})
        self.format = Format.objects.create(digest="bench", tracks=[])
        self.segment, self.piece = Segment, Piece

    def load(self, rows: int) -> None:
        """Write `rows` segments, round robin over the cameras, minute by minute."""
        numbers = iter(range(1, rows + 1))
        connection = connections[self.alias]
        connection.ensure_connection()
        postgres = connection.vendor == "postgresql"
        if not postgres:
            connection.connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;")
        while batch := list(islice(numbers, BATCH)):
            for model, made in ((self.segment, self._segments(batch)), (self.piece, self._pieces(batch))):
                write_rows(connection, model, made)
        if not postgres:
            connection.connection.executescript("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous=NORMAL;")
        with connection.cursor() as cursor:
            # PostgreSQL's autovacuum does both after so many inserts; only then it answers from indexes alone.
            cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")
        connection.close()

    def start_of(self, number: int) -> int:
        """Start of segment `number` (from 1), UTC ms; cameras are shifted so that they do not all cut at once."""
        camera, minute = (number - 1) % self.cameras, (number - 1) // self.cameras
        return FIRST_MS + minute * SEGMENT_MS + camera * 613

    def _segments(self, numbers: list[int]) -> Iterator[dict[str, Any]]:
        for number in numbers:
            start = self.start_of(number)
            yield {
                "id": self.id_of(number),
                "end_ms": start + SEGMENT_MS,
                "size": BITRATE_BYTES * SEGMENT_MS // 1000,
                "state": 1,
                "format_id": self.format.pk,
                "fragments": self.blobs[number % BLOBS],
            }

    def id_of(self, number: int) -> int:
        """The row id of segment `number`."""
        from core.recording.ids import segment_id

        return segment_id((number - 1) % self.cameras + 1, 0, self.start_of(number))

    def piece_id_of(self, number: int) -> int:
        """The row id of its piece."""
        from core.recording.ids import piece_id

        return piece_id(self.id_of(number))

    def _pieces(self, numbers: list[int]) -> Iterator[dict[str, Any]]:
        for number in numbers:
            start = self.start_of(number)
            yield {
                "id": self.piece_id_of(number),
                "volume_id": self.volume.pk,
                "stored_key": "",
                "role": 0,
                "start_ms": start,
                "size": BITRATE_BYTES * SEGMENT_MS // 1000,
                "checksum": None,
            }


def write_rows(connection: Any, model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    """Write rows of a table in one transaction; there is one at least."""
    (_copy if connection.vendor == "postgresql" else _insert)(connection, model, rows)


def _insert(connection: Any, model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    columns = ", ".join(f'"{name}"' for name in first)
    marks = ", ".join(f":{name}" for name in first)
    raw = connection.connection
    raw.execute("BEGIN IMMEDIATE")
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608 - names of our models
    raw.execute(statement, first)
    raw.executemany(statement, rows)
    raw.execute("COMMIT")


def _copy(connection: Any, model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    columns = ", ".join(f'"{name}"' for name in first)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        copy.write_row(tuple(first.values()))
        for row in rows:
            copy.write_row(tuple(row.values()))
