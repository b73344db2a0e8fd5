"""Times of recordings that must stay."""

from __future__ import annotations

from django.db import models


class Lock(models.Model):
    """A range of one camera's recordings that is not deleted before `until_ms`. Times in ms UTC.

    key: of the delivery that made it, so that one tried twice makes one lock. why: one line for people.
    """

    key = models.CharField(max_length=64, unique=True)
    camera_id = models.BigIntegerField()
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["camera_id", "until_ms"], name="lock_camera_until")]
