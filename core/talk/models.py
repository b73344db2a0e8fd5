"""Who talks through a camera, and announcements to be played. Times are UTC milliseconds."""

from __future__ import annotations

from django.db import models


class Floor(models.Model):
    """Who has the floor at a camera (core.talk.floor).

    token: of this talk; empty while nobody talks. announcement: its name, when one is played. beat_ms: when whoever
    talks last said so. event_id: of the talk that goes on.
    """

    camera = models.OneToOneField("cameras.Camera", models.CASCADE, primary_key=True, related_name="floor")
    token = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=150, blank=True)
    announcement = models.CharField(max_length=64, blank=True)
    first = models.BooleanField(default=False)
    since_ms = models.BigIntegerField(default=0)
    beat_ms = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(null=True)


class Announcement(models.Model):
    """A recorded message. sound: FLAC, mono, core.media.speech.RATE; length_ms: how long it is."""

    name = models.CharField(max_length=64, unique=True)
    sound = models.BinaryField()
    length_ms = models.PositiveIntegerField()
    created_ms = models.BigIntegerField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
