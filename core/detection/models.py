"""Which detectors look at which camera; what they counted by the hour; which of their events have not ended."""

from __future__ import annotations

from django.db import models


class CameraDetector(models.Model):
    """A detector on a camera. detector: a DetectorSpec's name, which may be gone with its plugin.

    settings: of the spec's model as JSON, secrets sealed. revision: rises with every save, so that the analyser sees
    by one small query what changed.
    """

    camera = models.ForeignKey("cameras.Camera", models.CASCADE)
    detector = models.CharField(max_length=64)
    enabled = models.BooleanField(default=True)
    settings = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["camera_id", "detector"]
        constraints = [models.UniqueConstraint(fields=["camera", "detector"], name="detector_once")]

    def __str__(self) -> str:
        return f"{self.detector} on camera {self.camera_id}"


class OpenEpisode(models.Model):
    """An event of a detector that goes on. seen_ms: UTC ms at which it was last seen to: there it ends if the analyser
    dies before it.
    """

    event = models.OneToOneField("events.StoredEvent", models.CASCADE, primary_key=True)
    seen_ms = models.BigIntegerField()


class HourCount(models.Model):
    """How often something happened in an hour, such as `in` over the line `Gate`. hour_ms: its start, UTC ms."""

    camera = models.ForeignKey("cameras.Camera", models.CASCADE, db_index=False)
    detector = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    hour_ms = models.BigIntegerField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["camera", "detector", "hour_ms", "name"], name="count_once"),
        ]


class HourHeat(models.Model):
    """Where things were in an hour: cells of core.detection.heat, packed. hour_ms: its start, UTC ms."""

    camera = models.ForeignKey("cameras.Camera", models.CASCADE, db_index=False)
    hour_ms = models.BigIntegerField()
    cells = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["camera", "hour_ms"], name="heat_once")]
