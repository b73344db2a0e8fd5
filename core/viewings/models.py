"""Viewings that go on."""

from __future__ import annotations

from django.db import models


class Viewing(models.Model):
    """Somebody watches a camera. The row lasts as long as that does, and then becomes an entry of the audit log.

    user: by name; camera_id: of one that may be deleted meanwhile; kind: core.viewings.noting.Kind; unmasked: what lies
    under its privacy masks was to be seen. begun_ms, seen_ms: first and last moment of it; recorded: ranges of
    recordings that were sent, `[[start_ms, end_ms], …]`. owner, beat_ms: which process keeps it, and when it last said
    so: one that is silent was killed, and the session is ended by another as of `seen_ms`. All times UTC ms.
    """

    user = models.CharField(max_length=150)
    address = models.CharField(max_length=64, blank=True)
    camera_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    unmasked = models.BooleanField(default=False)
    begun_ms = models.BigIntegerField()
    seen_ms = models.BigIntegerField()
    recorded = models.JSONField(default=list)
    owner = models.CharField(max_length=32)
    beat_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["owner", "beat_ms"], name="viewing_owner")]
