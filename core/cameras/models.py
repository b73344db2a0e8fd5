"""Cameras: what the administrator configured. Their live state is in the recorder, not here."""

from __future__ import annotations

from django.db import models


class RecordingMode(models.TextChoices):
    """When a camera is recorded. Later modes (motion, event, schedule) extend this."""

    CONTINUOUS = "continuous", "Always"
    OFF = "off", "Never"


class Camera(models.Model):
    """One camera.

    settings: the driver's settings model as JSON; its secret fields are encrypted (core.system.secrets).
    revision: rises with every save, so that a recorder sees which cameras changed by one small query.
    retention_days, retention_bytes: limits of this camera's recordings, none when empty.
    position: place in lists; cameras of one place stand in the order of their ids.
    """

    name = models.CharField(max_length=128, unique=True)
    driver = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    recording = models.CharField(max_length=16, choices=RecordingMode, default=RecordingMode.CONTINUOUS)
    record_sub = models.BooleanField(default=False)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    retention_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
