"""Saved views of the live wall."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class View(models.Model):
    """A named arrangement of cameras. arrangement: an `Arrangement` (core.walls.arrangement) as JSON.

    A camera that is gone, or that the reader may not see, stays in the arrangement as its number: nothing else of it
    is told, and it is there again when it or the right comes back.
    """

    name = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    shared = models.BooleanField(default=False)
    arrangement = models.JSONField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="view_name_once")]

    def __str__(self) -> str:
        return self.name
