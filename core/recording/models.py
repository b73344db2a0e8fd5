"""The segment index: which file holds which minute. Times are integer milliseconds UTC, ends exclusive.

These tables may lie in a database of their own (core.recording.router), so cameras are plain ids here.
"""

from __future__ import annotations

from typing import TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from core.recording import ids

MAX_SEGMENT_MS = 600_000
"""No segment is longer, so that every range query can be bounded below: start > t - MAX_SEGMENT_MS."""


class RowId(models.BigIntegerField):  # type: ignore[type-arg]  # generic for type checkers only
    """A primary key of core.recording.ids, which SQLite keeps its table in the order of.

    It does so only for a key whose type is called just `integer`; of a `bigint` it makes an index beside a table in the
    order of writing, where an hour of one camera lies on as many pages as it has segments.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class Stream(models.IntegerChoices):
    """Which of a camera's streams."""

    MAIN = 0, "main"
    SUB = 1, "sub"


class Volume(models.Model):
    """A place for segments.

    backend, settings: the storage backend's name and settings. volume_id: what the volume's own id file must say.
    reserve_bytes: kept free; limit_bytes: most that Eyrie may use, none when empty.
    """

    name = models.CharField(max_length=64, unique=True)
    backend = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    volume_id = models.CharField(max_length=64, blank=True)
    enabled = models.BooleanField(default=True)
    reserve_bytes = models.PositiveBigIntegerField(default=2 * 1024**3)
    limit_bytes = models.PositiveBigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Format(models.Model):
    """Tracks of a segment (JSON of core.media.units.Track), stored once however many segments share them."""

    digest = models.CharField(max_length=64, unique=True)
    tracks = models.JSONField()


class State(models.IntegerChoices):
    """Life of a segment."""

    OPEN = 0, "open"  # being written; playable up to its end
    CLOSED = 1, "closed"
    DELETING = 2, "deleting"  # marked; its pieces may be gone already


UNSETTLED = ~models.Q(state=State.CLOSED)
"""The few segments that have their own index. Said in a query as well, the databases see that it may be used."""


class Segment(models.Model):
    """One recorded file of about a minute of one stream, which its id names (core.recording.ids).

    fragments: the fragment index (core.media.fragments.encode): offset, size, time, keyframe of each fragment.
    edge: it was not recorded by us, but fetched from what the camera keeps.
    """

    id = RowId(primary_key=True)
    end_ms = models.BigIntegerField()
    size = models.BigIntegerField(default=0)
    state = models.SmallIntegerField(choices=State, default=State.OPEN)
    format = models.ForeignKey(Format, models.PROTECT, db_index=False)
    fragments = models.BinaryField(default=b"")
    edge = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # The few that were fetched are found without looking at the others.
            models.Index(fields=["id", "end_ms"], name="segment_edge", condition=models.Q(edge=True)),
            # Covers the timeline: a row with its fragments is forty times as long as what the timeline needs of it.
            models.Index(fields=["id", "end_ms", "size", "state"], name="segment_timeline"),
            models.Index(fields=["state"], name="segment_unsettled", condition=UNSETTLED),
        ]

    @property
    def camera_id(self) -> int:
        """The camera it is of."""
        return ids.camera_of(self.pk)

    @property
    def stream(self) -> int:
        """A Stream."""
        return ids.stream_of(self.pk)

    @property
    def start_ms(self) -> int:
        """UTC ms."""
        return ids.start_of(self.pk)


class Role(models.IntegerChoices):
    """What a piece is to its segment."""

    COPY = 0, "copy"


class Piece(models.Model):
    """Where (a part of) a segment lies: volume, key, role, checksum. A segment has one or more, which their ids name.

    stored_key: empty where the key is the one that the segment's name gives, as ever so far.
    """

    id = RowId(primary_key=True)
    volume = models.ForeignKey(Volume, models.PROTECT, db_index=False)
    stored_key = models.CharField(max_length=200, blank=True)
    role = models.SmallIntegerField(choices=Role, default=Role.COPY)
    start_ms = models.BigIntegerField()
    size = models.BigIntegerField(default=0)
    checksum = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["volume", "start_ms", "size"], name="piece_oldest")]

    @property
    def segment_id(self) -> int:
        """The segment it belongs to."""
        return ids.segment_of(self.pk)


class Gap(models.Model):
    """A time in which a stream that should have been recorded was not, and why. end_ms empty while it lasts."""

    camera_id = models.BigIntegerField()
    stream = models.SmallIntegerField(choices=Stream, default=Stream.MAIN)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=32)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["camera_id", "stream", "start_ms", "end_ms"], name="gap_timeline")]


class Trigger(models.Model):
    """A stretch of time that a camera is asked to record, whatever for; it counts in the modes motion and event.

    source: who asked, such as `action:<delivery key>`; each asks a camera once, and again only to record longer.
    """

    camera_id = models.BigIntegerField()
    start_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()
    source = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["camera_id", "source"], name="trigger_once")]
        indexes = [models.Index(fields=["until_ms"], name="trigger_recent")]


class MotionMinute(models.Model):
    """What moved in a minute of a camera's picture. Its id is that of a main stream's segment that began with it.

    cells: the most that moved at once, of core.recording.motion.CELLS. touched: the blocks in which anything moved.
    grids: the minute's motion grids (core.recording.motion.pack).
    """

    id = RowId(primary_key=True)
    cells = models.SmallIntegerField()
    touched = models.BigIntegerField()
    grids = models.BinaryField(default=b"")

    class Meta:
        # Covers the search's first look and the timeline's ridge: a row with its grids is some forty times as long.
        indexes = [models.Index(fields=["id", "touched", "cells"], name="motion_scan")]


class ObjectMinute(models.Model):
    """Where objects were in a minute of a camera's picture; its id as of a MotionMinute. boxes: packed
    (core.recording.objects).
    """

    id = RowId(primary_key=True)
    boxes = models.BinaryField()


class LoudMinute(models.Model):
    """How loud a minute of a camera was; its id as of a MotionMinute. loudest: the greatest byte of levels, which are
    packed (core.recording.loudness). A row is shorter than one of an index, so the timeline reads the table.
    """

    id = RowId(primary_key=True)
    loudest = models.SmallIntegerField()
    levels = models.BinaryField()


Minute: TypeAlias = MotionMinute | ObjectMinute | LoudMinute
BY_THE_MINUTE: tuple[type[Minute], ...] = (MotionMinute, ObjectMinute, LoudMinute)
"""What detectors told of a camera's minutes: kept as long as there is a recording of them."""


class Removal(models.Model):
    """What retention deleted of a camera on one day: count segments, of times between oldest_ms and newest_ms.

    day_ms: when the day began, UTC.
    """

    camera_id = models.BigIntegerField()
    day_ms = models.BigIntegerField()
    count = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    oldest_ms = models.BigIntegerField()
    newest_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["camera_id", "day_ms"], name="removal_day")]
