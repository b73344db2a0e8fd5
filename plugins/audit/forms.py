"""What is asked for and answered over REST."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.api.services import AuditSearch

ACTION = r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\.?"


class _Search(serializers.Serializer[dict[str, Any]]):
    actor = serializers.CharField(required=False, max_length=150, allow_blank=True, help_text="By user name.")
    action = serializers.ListField(
        child=serializers.RegexField(rf"^{ACTION}$", max_length=64),
        required=False,
        help_text="Acts such as camera.change, or all of a kind: `camera.`; may be repeated.",
    )
    target = serializers.CharField(
        required=False, max_length=128, allow_blank=True, help_text="To what, such as user:3, or any user: `user:`."
    )
    camera = serializers.IntegerField(required=False, min_value=1, help_text="To this camera.")
    address = serializers.CharField(
        required=False, max_length=64, allow_blank=True, help_text="From addresses that begin so."
    )
    start = serializers.DateTimeField(required=False, default_timezone=UTC, help_text="From this moment on, RFC 3339.")
    end = serializers.DateTimeField(required=False, default_timezone=UTC, help_text="Before this moment, RFC 3339.")
    text = serializers.CharField(
        required=False, max_length=200, allow_blank=True, help_text="With this text in any of it."
    )

    def search(self) -> AuditSearch:
        """What was asked for, once it is valid."""
        asked = self.validated_data
        target = f"camera:{asked['camera']}" if "camera" in asked else asked.get("target", "")
        return AuditSearch(
            actor=asked.get("actor", ""),
            actions=tuple(asked.get("action", ())),
            target=target,
            address=asked.get("address", ""),
            start_ms=_ms(asked.get("start")),
            end_ms=_ms(asked.get("end")),
            text=asked.get("text", ""),
        )

    def told(self) -> dict[str, Any]:
        """The same for the log itself."""
        return {name: self.data[name] for name in _FILTERS if self.validated_data.get(name)}


_FILTERS = ("actor", "action", "target", "camera", "address", "start", "end", "text")


class AuditQuery(_Search):
    """A search, a page at a time."""

    before = serializers.IntegerField(required=False, min_value=1, help_text="Go on below the entry of this id.")
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)


class AuditExportQuery(_Search):
    """A search as a file, or all there is."""

    file = serializers.ChoiceField(choices=["csv", "json"], default="json")
    whole = serializers.BooleanField(required=False, default=False, help_text="All that is chained.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The whole log proves its chain only when nothing is left out."""
        if attrs["whole"] and (attrs["file"] == "csv" or any(attrs.get(name) for name in _FILTERS)):
            raise ValidationError({"whole": ["is for lines of JSON without any filter; leave the others out."]})
        return attrs


class AuditEntryOutput(serializers.Serializer[Any]):
    """An entry. number, digest: its place in the chain, null until it is linked; title: of the act, in English."""

    id = serializers.IntegerField()
    number = serializers.IntegerField(allow_null=True)
    time = serializers.DateTimeField()
    actor = serializers.CharField()
    action = serializers.CharField()
    title = serializers.CharField()
    target = serializers.CharField()
    target_name = serializers.CharField()
    address = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    digest = serializers.CharField(allow_null=True)


class AuditEntriesOutput(serializers.Serializer[Any]):
    """A page of entries, newest first. next: `before` of the next page."""

    results = AuditEntryOutput(many=True)
    next = serializers.IntegerField(allow_null=True)


class AuditActOutput(serializers.Serializer[Any]):
    """A declared act."""

    name = serializers.CharField()
    title = serializers.CharField()


class AuditCameraOutput(serializers.Serializer[Any]):
    """A camera by name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class AuditChoicesOutput(serializers.Serializer[Any]):
    """What filters offer."""

    actors = serializers.ListField(child=serializers.CharField())
    actions = AuditActOutput(many=True)
    cameras = AuditCameraOutput(many=True)


class AuditSinkOutput(serializers.Serializer[Any]):
    """A place for copies. behind: entries it lacks; error: why it takes nothing, empty when it does; since: when that
    began; sent: when it last took something.
    """

    name = serializers.CharField()
    behind = serializers.IntegerField()
    error = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    sent = serializers.DateTimeField(allow_null=True)


class AuditStateOutput(serializers.Serializer[Any]):
    """first, last: numbers of the entries that are chained; waiting: those that are not yet; checkpoint: when the chain
    was last signed for good; key: fingerprint of the signing key.
    """

    first = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    last = serializers.IntegerField()
    waiting = serializers.IntegerField()
    checkpoint = serializers.DateTimeField(allow_null=True)
    key = serializers.CharField()
    keep_days = serializers.IntegerField()
    sinks = AuditSinkOutput(many=True)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
