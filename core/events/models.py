"""The event store."""

from __future__ import annotations

from django.db import models


class StoredEvent(models.Model):
    """One event; its type is declared by core or a plugin, its attributes fit that type's model. Times in ms UTC."""

    type = models.CharField(max_length=100)
    camera = models.ForeignKey("cameras.Camera", models.SET_NULL, null=True, blank=True, db_index=False)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["start_ms"], name="event_time"),
            models.Index(fields=["camera", "start_ms"], name="event_camera_time"),
            models.Index(fields=["type", "start_ms"], name="event_type_time"),
        ]
