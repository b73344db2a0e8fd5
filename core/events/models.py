"""The event store."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StoredEvent(models.Model):
    """One event; its type is declared by core or a plugin, its attributes fit that type's model. Times in ms UTC.

    objects_seen: what was in the picture, as JSON of core.hookspecs.events.SeenObject.
    key: by which a sender recognises its own event, so that sending it twice stores it once; None when it has none.
    pending: the rules have not looked at it yet. Stored with the event, so that no event is missed by a crash.
    chain: how many rules lie between this event and one that no rule caused; 0 for nearly all.
    picture: file name of its stored picture, empty when the recording shows it.
    acknowledged_ms, acknowledged_by, note: when a person has looked at it, who, and what they wrote.
    """

    type = models.CharField(max_length=100)
    camera = models.ForeignKey("cameras.Camera", models.SET_NULL, null=True, blank=True, db_index=False)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField(null=True)
    attributes = models.JSONField(default=dict)
    objects_seen = models.JSONField(default=list)
    key = models.CharField(max_length=200, null=True, unique=True)
    pending = models.BooleanField(default=False)
    chain = models.PositiveSmallIntegerField(default=0)
    picture = models.CharField(max_length=100, blank=True, default="")
    acknowledged_ms = models.BigIntegerField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["start_ms"], name="event_time"),
            models.Index(fields=["camera", "start_ms"], name="event_camera_time"),
            models.Index(fields=["type", "start_ms"], name="event_type_time"),
            models.Index(fields=["id"], condition=Q(pending=True), name="event_pending"),
        ]


class ExternalType(models.Model):
    """A kind of event that an integrator declared, named `external.<name>`.

    fields: its attributes, each `{"name", "title", "kind", "required"}` with a kind of core.events.external.KINDS.
    """

    name = models.CharField(max_length=100, unique=True)
    title = models.CharField(max_length=100)
    fields = models.JSONField(default=list)
