"""Rounds: settings of many cameras, read and then changed. All that a round knows is here, so it outlives processes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.api.jobs import Job


class Stage(models.TextChoices):
    """What is done with the cameras of a round."""

    READ = "read", "Read"
    CHANGE = "change", "Change"


class Round(Job):
    """One section of the settings of some cameras. stage: what is being done or was done last; requester, address: who
    asked for it and from where, for the audit log.
    """

    objects: ClassVar[models.Manager[Round]] = models.Manager()
    section = models.CharField(max_length=40)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.READ)
    requester = models.CharField(max_length=150)
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="onvif_round_state")]


class How(models.TextChoices):
    """How it stands with one camera of a round. LEFT: the round was cancelled before its turn."""

    WAITING = "waiting", "Waiting"
    WORKING = "working", "Working"
    READ = "read", "Read"
    CHANGED = "changed", "Changed"
    SAME = "same", "Already so"
    FAILED = "failed", "Failed"
    LEFT = "left", "Left out"


UNDONE = (How.WAITING, How.WORKING)


class Step(models.Model):
    """One camera of a round. name: the camera's, which outlives it. tries: how often it was begun in this stage.

    section: as the camera told it last (configuring.model.Section as JSON), null before; values: to be set, by field;
    changed: [before, after] by field; notes: what the camera made of it otherwise; refused: by field; error: why not.
    """

    objects: ClassVar[models.Manager[Step]] = models.Manager()
    round = models.ForeignKey(Round, models.CASCADE, related_name="steps")
    camera = models.ForeignKey("cameras.Camera", models.SET_NULL, null=True, related_name="+")
    camera_id: int | None
    name = models.CharField(max_length=200)
    how = models.CharField(max_length=10, choices=How, default=How.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    section = models.JSONField(null=True)
    values = models.JSONField(default=dict)
    changed = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    refused = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["round", "how"], name="onvif_step_how")]
