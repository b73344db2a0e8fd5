"""What the plugin remembers of cameras' own events. The events themselves are in core's event store."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from plugins.onvif.many.models import Round, Step

__all__ = ["HeardTopic", "Round", "Standing", "Step", "Subscription", "TopicMapping"]


class Standing(models.Model):
    """A state that a camera tells of, as it was last told. about: which one (events.meanings.Reading).

    event_id: of the event that goes on, none where the state began before we first heard of it; changed_ms: UTC ms.
    """

    objects: ClassVar[models.Manager[Standing]] = models.Manager()
    camera = models.ForeignKey("cameras.Camera", models.CASCADE, related_name="+")
    camera_id: int
    type = models.CharField(max_length=100)
    about = models.CharField(max_length=400)
    on = models.BooleanField()
    event_id = models.BigIntegerField(null=True, blank=True)
    changed_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["camera", "type", "about"], name="onvif_standing_once")]


class HeardTopic(models.Model):
    """A topic that a camera has sent. items: its newest values by "source", "key", "data"; known: its meaning is."""

    objects: ClassVar[models.Manager[HeardTopic]] = models.Manager()
    camera = models.ForeignKey("cameras.Camera", models.CASCADE, related_name="+")
    camera_id: int
    topic = models.CharField(max_length=200)
    known = models.BooleanField(default=False)
    items = models.JSONField(default=dict)
    count = models.PositiveBigIntegerField(default=0)
    last_ms = models.BigIntegerField()

    class Meta:
        ordering = ["topic"]
        constraints = [models.UniqueConstraint(fields=["camera", "topic"], name="onvif_topic_once")]


class TopicMapping(models.Model):
    """What a person made of a topic, for all cameras (events.meanings.Mapped)."""

    objects: ClassVar[models.Manager[TopicMapping]] = models.Manager()
    topic = models.CharField(max_length=200)
    item = models.CharField(max_length=200, blank=True, default="")
    on_value = models.CharField(max_length=200, blank=True, default="")
    type = models.CharField(max_length=100, blank=True, default="")
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["topic", "item"]
        constraints = [models.UniqueConstraint(fields=["topic", "item"], name="onvif_mapping_once")]


class Subscription(models.Model):
    """The pull point that a device holds for us, so that the next process can give it back. device: identity of the
    connection; headers: reference parameters as XML.
    """

    objects: ClassVar[models.Manager[Subscription]] = models.Manager()
    device = models.CharField(max_length=300, unique=True)
    address = models.CharField(max_length=1000)
    headers = models.JSONField(default=list)


class GivenMask(models.Model):
    """A privacy mask that Eyrie has put on a device. device: its identity and its video source configuration; token:
    the device's name of the mask.
    """

    objects: ClassVar[models.Manager[GivenMask]] = models.Manager()
    device = models.CharField(max_length=300)
    token = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "token"], name="onvif_given_mask_once")]
