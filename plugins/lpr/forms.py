"""What REST takes and gives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from plugins.lpr.lists import NAMES
from plugins.lpr.models import ListedPlate, Read


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


class ReadQuery(serializers.Serializer[dict[str, Any]]):
    """What reads are looked for."""

    plate = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=40,
        help_text="`?` stands for one character, `*` for any number; empty for all.",
    )  # fmt: skip
    alike = serializers.BooleanField(
        required=False, default=True, help_text="O and 0, I and 1, B and 8 count as the same."
    )
    camera = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, default=list
    )
    start = Moment(required=False, allow_null=True, default=None)
    end = Moment(required=False, allow_null=True, default=None)
    list = serializers.ChoiceField(choices=sorted(NAMES), required=False, default="", allow_blank=True)


class PlateReadOutput(serializers.ModelSerializer[Read]):
    """A plate that was read. event: its event; distance: characters in which it differs from `listed`."""

    camera = serializers.IntegerField(source="camera_id")
    event = serializers.IntegerField(source="event_id")
    time = Moment(source="at_ms")

    class Meta:
        model = Read
        fields = (
            "id", "event", "camera", "time", "text", "raw", "confidence", "region", "direction", "speed_kmh",
            "list", "listed", "owner", "distance",
        )  # fmt: skip


class ListedPlateForm(serializers.ModelSerializer[ListedPlate]):
    """A plate on a list."""

    plate = serializers.CharField(source="text", max_length=40, help_text="Spaces and signs are left out.")
    list = serializers.ChoiceField(choices=sorted(NAMES))
    valid_from = Moment(source="valid_from_ms", required=False, allow_null=True)
    valid_to = Moment(source="valid_to_ms", required=False, allow_null=True)

    class Meta:
        model = ListedPlate
        fields = ("id", "plate", "list", "owner", "note", "valid_from", "valid_to")


class ImportInput(serializers.Serializer[dict[str, Any]]):
    """A CSV file as text: the first line names its columns, of plate, list, owner, note, valid_from, valid_to."""

    text = serializers.CharField(trim_whitespace=False)
    list = serializers.ChoiceField(
        choices=sorted(NAMES), required=False, default="", allow_blank=True, help_text="For lines that name no list."
    )
    all_or_none = serializers.BooleanField(
        required=False, default=False, help_text="Take nothing when a line is bad, instead of the good ones."
    )


class BadLineOutput(serializers.Serializer[dict[str, Any]]):
    """A line that was not taken; the heading is line 1."""

    line = serializers.IntegerField(source="number")
    why = serializers.CharField()


class PlatesImportOutput(serializers.Serializer[dict[str, Any]]):
    """How many plates were put on lists, and the lines that were not taken."""

    taken = serializers.IntegerField()
    bad = BadLineOutput(many=True)
