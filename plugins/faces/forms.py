"""What REST takes and gives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from plugins.faces.models import Person, Reference, Sighting


@extend_schema_field({"type": "string", "format": "date-time"})
class Moment(serializers.Field[int, str, str, int]):
    """RFC 3339 with a zone outside, UTC ms inside."""

    def to_internal_value(self, data: str) -> int:
        """UTC ms."""
        try:
            at = datetime.fromisoformat(str(data))
            if at.tzinfo is None:
                raise ValueError
            return round(at.timestamp() * 1000)
        except (ValueError, OverflowError):
            raise serializers.ValidationError(
                f"{data!r} is no time with a zone; give RFC 3339 such as 2026-05-01T12:00:00Z."
            ) from None

    def to_representation(self, value: int) -> str:
        """RFC 3339 in UTC."""
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PersonForm(serializers.ModelSerializer[Person]):
    """A person, with the consent: who gave it, how, from when until when."""

    groups = serializers.ListField(child=serializers.CharField(max_length=50), required=False, default=list)
    consent_from = Moment(source="consent_from_ms")
    consent_until = Moment(source="consent_until_ms", required=False, allow_null=True, default=None)

    class Meta:
        model = Person
        fields = ("name", "note", "groups", "consent_by", "consent_note", "consent_from", "consent_until")


class ReferenceOutput(serializers.ModelSerializer[Reference]):
    """A picture of a person. used: whether faces are compared with it; trouble: why it cannot be, in a sentence."""

    made = Moment(source="made_ms")
    used = serializers.SerializerMethodField()

    class Meta:
        model = Reference
        fields = ("id", "source", "made", "used", "trouble")

    def get_used(self, row: Reference) -> bool:
        """Whether the model in use made its vector."""
        return bool(row.model == self.context.get("model"))


class PersonOutput(PersonForm):
    """A person as they are kept. consenting: whether they may be recognised now."""

    pictures = ReferenceOutput(source="references", many=True)
    consenting = serializers.SerializerMethodField()
    created = Moment(source="created_ms")

    class Meta:
        model = Person
        fields = ("id", *PersonForm.Meta.fields, "created", "consenting", "pictures")

    def get_consenting(self, row: Person) -> bool:
        """Whether the consent holds now."""
        now_ms = int(self.context.get("now_ms", 0))
        return row.consent_from_ms <= now_ms and (row.consent_until_ms is None or now_ms < row.consent_until_ms)


class PictureInput(serializers.Serializer[dict[str, Any]]):
    """A JPEG, PNG or WebP that shows this person alone, looking at the camera."""

    picture = serializers.FileField()


class FromSightingInput(serializers.Serializer[dict[str, Any]]):
    """A sighting whose picture becomes one of the person."""

    sighting = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class ForgottenOutput(serializers.Serializer[dict[str, int]]):
    """How many of each kind were deleted."""

    pictures = serializers.IntegerField()
    sightings = serializers.IntegerField()
    events = serializers.IntegerField()


class SightingQuery(serializers.Serializer[dict[str, Any]]):
    """Which sightings are looked for."""

    person = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=2**63 - 1,
        help_text="A person's number; 0 for strangers.",
    )
    camera = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, default=list
    )
    start = Moment(required=False, allow_null=True, default=None)
    end = Moment(required=False, allow_null=True, default=None)


class FaceSightingOutput(serializers.ModelSerializer[Sighting]):
    """A face that a camera saw. person, name: null and empty for a stranger; picture: whether one is kept."""

    camera = serializers.IntegerField(source="camera_id")
    event = serializers.IntegerField(source="event_id")
    person = serializers.IntegerField(source="person_id", allow_null=True)
    name = serializers.SerializerMethodField()
    time = Moment(source="at_ms")
    picture = serializers.SerializerMethodField()

    class Meta:
        model = Sighting
        fields = ("id", "event", "camera", "person", "name", "time", "likeness", "looks", "picture")

    def get_name(self, row: Sighting) -> str:
        """The person's name."""
        return row.person.name if row.person else ""

    def get_picture(self, row: Sighting) -> bool:
        """Whether there is one."""
        return bool(row.picture)
