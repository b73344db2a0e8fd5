"""Doors and card holders of an access system. The events themselves are in core's event store."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Door(models.Model):
    """A door. code: the access system's own name of it; camera: the one that sees it, none until somebody chose.

    One that an event names for the first time is kept too, `mapped` being false until a person has looked at it.
    """

    objects: ClassVar[models.Manager[Door]] = models.Manager()
    code = models.CharField(max_length=100, unique=True)
    title = models.CharField(max_length=100, blank=True)
    camera = models.ForeignKey("cameras.Camera", models.SET_NULL, null=True, blank=True, related_name="+")
    camera_id: int | None
    mapped = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]


class Holder(models.Model):
    """Who carries a card. picture: a small square JPEG, empty without one."""

    objects: ClassVar[models.Manager[Holder]] = models.Manager()
    card = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    picture = models.BinaryField(default=b"", blank=True)

    class Meta:
        ordering = ["name", "card"]
