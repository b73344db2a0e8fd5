"""Backups: where to, what of, and every single copy. Their whole state is here, so that it survives whatever is killed.

Times are UTC milliseconds.
"""

from __future__ import annotations

from django.db import models


class Target(models.Model):
    """A place elsewhere, reached through a backup target of a plugin.

    kind, settings: the BackupTargetSpec's name and settings, secrets encrypted. cap: bytes a second at most, 0 without
    limit. window: `{"days": [0 … 6], "start": "22:00", "end": "06:00"}` in the site's zone, empty for always.
    trouble, error, since_ms: what keeps all copies from going there (a BackupTrouble), and since when; failures,
    retry_ms: how often it was tried since then, and when next; told: whether that is an event already.
    owner, beat_ms: whose courier serves it, and when that last said so (core.backup.ledger).
    """

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    cap = models.PositiveBigIntegerField(default=0)
    window = models.JSONField(default=dict)
    trouble = models.CharField(max_length=16, blank=True)
    error = models.CharField(max_length=500, blank=True)
    since_ms = models.BigIntegerField(null=True)
    failures = models.PositiveIntegerField(default=0)
    retry_ms = models.BigIntegerField(default=0)
    told = models.BooleanField(default=False)
    owner = models.CharField(max_length=64, blank=True)
    beat_ms = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Content(models.TextChoices):
    """What a plan copies."""

    RECORDINGS = "recordings", "All recordings"
    EVENTS = "events", "A clip of each event"
    SNAPSHOTS = "snapshots", "A picture of each event"


class Verify(models.TextChoices):
    """How a copy is checked before it counts."""

    SIZE = "size", "Its size"
    HASH = "hash", "Its size and every byte"


class Plan(models.Model):
    """What is copied to a target.

    cameras, groups: their ids, both empty for all cameras. stream: 0 main, 1 sub. event_types: names, empty for all;
    before_s, after_s: how much a clip shows around its event. template: of the path (core.backup.paths). keep_days,
    keep_bytes: how long copies stay at the target, null for good. hold_hours: how long retention waits for the copy of
    a recording, 0 not at all. lag_hours: when copying counts as lagging. since_ms: nothing that began before is copied;
    rises when old copies are removed at the target, so that they are not made again.
    kept, kept_bytes: what is at the target now. lagging: what the last look found. files, bytes, counted_ms: copied
    since the last `backup.completed`.
    """

    name = models.CharField(max_length=64, unique=True)
    target = models.ForeignKey(Target, models.CASCADE, related_name="plans")
    enabled = models.BooleanField(default=True)
    content = models.CharField(max_length=16, choices=Content, default=Content.RECORDINGS)
    cameras = models.JSONField(default=list)
    groups = models.JSONField(default=list)
    stream = models.PositiveSmallIntegerField(default=0)
    event_types = models.JSONField(default=list)
    before_s = models.PositiveIntegerField(default=10)
    after_s = models.PositiveIntegerField(default=20)
    template = models.CharField(max_length=200)
    verify = models.CharField(max_length=8, choices=Verify, default=Verify.HASH)
    keep_days = models.PositiveIntegerField(null=True)
    keep_bytes = models.PositiveBigIntegerField(null=True)
    hold_hours = models.PositiveIntegerField(default=0)
    lag_hours = models.PositiveIntegerField(default=24)
    since_ms = models.BigIntegerField(default=0)
    kept = models.PositiveBigIntegerField(default=0)
    kept_bytes = models.PositiveBigIntegerField(default=0)
    lagging = models.BooleanField(default=False)
    files = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    counted_ms = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """Life of a copy."""

    WAITING = "waiting", "Waiting"
    COPYING = "copying", "Being copied"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    MISSED = "missed", "Recording gone"
    CANCELLED = "cancelled", "Cancelled"


UNSETTLED = (State.WAITING, State.COPYING)


class Copy(models.Model):
    """One file at a target, to be made or made. The row stays as long as the file: it is the proof that it was copied.

    source: a segment's id or an event's, as its plan's content says. path: final, at the target. sent: bytes that are
    there already. sha256: in hex, once it is done; verified: how that was checked. attempts: how often this one file
    failed; next_ms: not before.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="copies", db_index=False)
    target = models.ForeignKey(Target, models.CASCADE, related_name="copies", db_index=False)
    source = models.BigIntegerField()
    camera_id = models.BigIntegerField()
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    path = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    size = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    verified = models.CharField(max_length=16, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_ms = models.BigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    done_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "source"], name="backup_once"),
            models.UniqueConstraint(fields=["target", "path"], name="backup_path"),
        ]
        indexes = [
            models.Index(fields=["target", "state", "start_ms"], name="backup_queue"),
            models.Index(fields=["plan", "state", "start_ms"], name="backup_plan_state"),
            models.Index(fields=["camera_id", "start_ms"], name="backup_hold"),
        ]


class Restore(models.Model):
    """A segment to be brought back from a target and into the index. keep_until_ms: held from retention till then."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="restores")
    path = models.CharField(max_length=400)
    requester = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    camera_id = models.BigIntegerField(null=True)
    start_ms = models.BigIntegerField(null=True)
    end_ms = models.BigIntegerField(null=True)
    keep_until_ms = models.BigIntegerField()
    error = models.CharField(max_length=500, blank=True)
    created_ms = models.BigIntegerField()
    done_ms = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["camera_id", "start_ms"], name="backup_restore_hold")]


class Every(models.TextChoices):
    """How often settings are copied."""

    DAY = "day", "Each day"
    WEEK = "week", "Each week, on Mondays"


class SettingsCopies(models.Model):
    """The scheduled copies of all settings, one row (core.backup.settings_copies).

    hour: of the site's day. keep: how many stay at the target. passphrase: locks them, sealed. include: optional parts.
    mark: tells this installation's files from another's at the same target.
    tried_ms, done_ms: the last attempt, and the last that worked; name, size: of that file; error: why the last attempt
    did not. retry_ms: not again before. claimed_ms: when somebody last began.
    """

    enabled = models.BooleanField(default=False)
    target = models.ForeignKey(Target, models.SET_NULL, null=True, related_name="+")
    every = models.CharField(max_length=8, choices=Every, default=Every.DAY)
    hour = models.PositiveSmallIntegerField(default=3)
    keep = models.PositiveSmallIntegerField(default=14)
    passphrase = models.JSONField(default=dict)
    include = models.JSONField(default=list)
    mark = models.CharField(max_length=8, blank=True)
    tried_ms = models.BigIntegerField(default=0)
    done_ms = models.BigIntegerField(default=0)
    name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    retry_ms = models.BigIntegerField(default=0)
    claimed_ms = models.BigIntegerField(default=0)
