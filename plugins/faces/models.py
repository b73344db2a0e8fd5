"""People who are enrolled, pictures of them, and faces that cameras saw. Pictures and vectors are encrypted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.api.columns import SealedField


class Person(models.Model):
    """Somebody who is to be recognised. consent_by: who gave the consent; consent_note: how, and where it lies.

    consent_from_ms, consent_until_ms: UTC ms; None for until it is withdrawn. changed_ms: of anything of theirs.
    """

    objects: ClassVar[models.Manager[Person]] = models.Manager()
    name = models.CharField(max_length=100)
    note = models.CharField(max_length=500, blank=True)
    groups = models.JSONField(default=list)
    consent_by = models.CharField(max_length=200)
    consent_note = models.CharField(max_length=500, blank=True)
    consent_from_ms = models.BigIntegerField()
    consent_until_ms = models.BigIntegerField(null=True)
    created_ms = models.BigIntegerField()
    changed_ms = models.BigIntegerField()

    class Meta:
        ordering = ["name", "pk"]


def consenting(at_ms: int) -> models.QuerySet[Person]:
    """Those who may be recognised at a time, UTC ms."""
    holds = Q(consent_until_ms=None) | Q(consent_until_ms__gt=at_ms)
    return Person.objects.filter(holds, consent_from_ms__lte=at_ms)


class Reference(models.Model):
    """A picture of a person that faces are compared with. picture: JPEG; vector: of float32; both encrypted.

    model: which made the vector; vectors of another are not compared.
    """

    objects: ClassVar[models.Manager[Reference]] = models.Manager()
    person = models.ForeignKey(Person, models.CASCADE, related_name="references")
    person_id: int
    picture = SealedField()
    vector = SealedField()
    model = models.CharField(max_length=100)
    source = models.CharField(max_length=8, choices=[("file", "file"), ("sighting", "sighting")])
    made_ms = models.BigIntegerField()
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]


class Sighting(models.Model):
    """A face that a camera saw; its event has the rest. person: None for a stranger. track: of the face's boxes, empty
    where it was not followed: by it alone are boxes somebody's. picture, vector: encrypted, empty where none were kept.
    """

    objects: ClassVar[models.Manager[Sighting]] = models.Manager()
    event_id = models.BigIntegerField(unique=True)
    camera = models.ForeignKey("cameras.Camera", models.CASCADE, related_name="+")
    camera_id: int
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="sightings")
    person_id: int | None
    track = models.CharField(max_length=100, blank=True)
    at_ms = models.BigIntegerField()
    likeness = models.FloatField(null=True)
    looks = models.PositiveSmallIntegerField(default=1)
    picture = SealedField(default=bytes)
    vector = SealedField(default=bytes)
    model = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-at_ms", "-pk"]
        indexes = [
            models.Index(fields=["at_ms"]),
            models.Index(fields=["camera", "at_ms"]),
            models.Index(fields=["person", "at_ms"]),
            models.Index(fields=["camera", "track"]),
        ]
