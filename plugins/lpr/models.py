"""Plates on lists, and plates that cameras read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ListedPlate(models.Model):
    """A plate on a list; one plate is on one list. text: as `alike.plain` gives it; folded: as `alike.folded` does.

    valid_from_ms, valid_to_ms: UTC ms, the end not included; None for no bound.
    """

    objects: ClassVar[models.Manager[ListedPlate]] = models.Manager()
    text = models.CharField(max_length=12, unique=True)
    folded = models.CharField(max_length=12, db_index=True)
    list = models.CharField(max_length=5, choices=[(name, name) for name in ("allow", "block", "vip")])
    owner = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    valid_from_ms = models.BigIntegerField(null=True, blank=True)
    valid_to_ms = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["text"]


class Read(models.Model):
    """A plate that a camera read, for search; its event has the rest. listed: the plate of a list it was taken for."""

    objects: ClassVar[models.Manager[Read]] = models.Manager()
    event_id = models.BigIntegerField(unique=True)
    camera = models.ForeignKey("cameras.Camera", models.CASCADE, related_name="+")
    camera_id: int
    at_ms = models.BigIntegerField()
    text = models.CharField(max_length=12)
    folded = models.CharField(max_length=12)
    raw = models.CharField(max_length=20, blank=True)
    confidence = models.FloatField()
    region = models.CharField(max_length=8, blank=True)
    direction = models.CharField(max_length=8, blank=True)
    speed_kmh = models.FloatField(null=True)
    list = models.CharField(max_length=5, blank=True)
    listed = models.CharField(max_length=12, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    distance = models.SmallIntegerField(null=True)

    class Meta:
        ordering = ["-at_ms", "-pk"]
        indexes = [
            models.Index(fields=["at_ms"]),
            models.Index(fields=["folded", "at_ms"]),
            models.Index(fields=["camera", "at_ms"]),
        ]
