"""Fetching what cameras keep: jobs. Times are UTC milliseconds."""

from __future__ import annotations

from django.db import models

from core.tasks.jobs import Job


class Fill(Job):
    """A range of a camera's main stream to be fetched from the camera, where it is not recorded.

    requester: who asked; empty when it was an outage (core.edge.planning). due_ms: not to be tried before. tries: how
    often it came to nothing. at_ms: how far it is. fetched_ms: how much of the range has been filled; bytes: written.
    """

    requester = models.CharField(max_length=150, blank=True)
    camera = models.ForeignKey("cameras.Camera", models.CASCADE)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    at_ms = models.BigIntegerField(default=0)
    fetched_ms = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "id"], name="fill_state"),
            models.Index(fields=["camera", "end_ms"], name="fill_camera"),
        ]
