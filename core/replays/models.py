"""Detectors over recordings: jobs. Times are UTC milliseconds."""

from __future__ import annotations

from django.db import models

from core.tasks.jobs import Job


class Replay(Job):
    """A detector over what a camera recorded.

    settings: of the detector's model, secrets sealed. stores: whether what it sees is kept, as if the detector had
    looked at that time; otherwise it is only shown here. at_ms: how far it is. looks, look_us, decode_us: pictures it
    looked at, and CPU µs of the looks and of all before them. found: how many finds there were; finds: the first of
    them, JSON of core.replays.finds.Find. stored: rows that were new.
    """

    user = models.ForeignKey("access.User", models.SET_NULL, null=True)
    requester = models.CharField(max_length=150)
    camera = models.ForeignKey("cameras.Camera", models.CASCADE)
    detector = models.CharField(max_length=64)
    settings = models.JSONField()
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    stores = models.BooleanField(default=False)
    at_ms = models.BigIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    look_us = models.BigIntegerField(default=0)
    decode_us = models.BigIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    finds = models.JSONField(default=list)
    stored = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="replay_state")]
