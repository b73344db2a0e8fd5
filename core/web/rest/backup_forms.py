"""What goes in and out of the REST interface of backups."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.access.declared import LARGEST_ID
from core.backup import queries
from core.backup.models import Content, Copy, Plan, Restore, State, Target, Verify
from core.backup.targets import settings_of
from core.hookspecs.backup import BackupError
from core.system.secrets import masked
from core.web.rest.times import rfc3339


class KindOutput(serializers.Serializer[dict[str, Any]]):
    """A kind of target; `settings`: JSON Schema of a target's settings; `resumes`: whether a cut upload goes on."""

    name = serializers.CharField()
    title = serializers.CharField()
    plugin = serializers.CharField()
    resumes = serializers.BooleanField()
    settings = serializers.DictField()


class KindsOutput(serializers.Serializer[dict[str, Any]]):
    """All kinds of targets by name."""

    results = KindOutput(many=True)


class TargetInput(serializers.Serializer[dict[str, Any]]):
    """What one may set. `settings` are the kind's own; secrets are never shown again, and stay where they come back
    masked. `cap`: bytes a second, 0 without limit. `window`: `{"days": [0 to 6], "start": "22:00", "end": "06:00"}` in
    the site's time zone, empty for always.
    """

    name = serializers.CharField(max_length=64)
    kind = serializers.CharField(max_length=64)
    settings = serializers.DictField()
    enabled = serializers.BooleanField(default=True)
    cap = serializers.IntegerField(min_value=0, max_value=2**50, default=0)
    window = serializers.DictField(default=dict)


class TargetOutput(serializers.ModelSerializer[Target]):
    """A target. `trouble`, `error`, `since`: what keeps copies from going there; `retry`: when it is tried again;
    `at_work`: whether it is being served now.
    """

    settings = serializers.SerializerMethodField()
    window = serializers.DictField()
    since = serializers.SerializerMethodField()
    retry = serializers.SerializerMethodField()
    at_work = serializers.SerializerMethodField()

    class Meta:
        model = Target
        fields = [
            *("id", "name", "kind", "settings", "enabled", "cap", "window"),
            *("trouble", "error", "since", "retry", "at_work"),
        ]

    def get_settings(self, target: Target) -> dict[str, Any]:
        """With secrets masked; empty where they cannot be used, and then trying it says why."""
        try:
            return masked(settings_of(target))
        except BackupError:
            return {}

    def get_since(self, target: Target) -> str | None:
        """RFC 3339."""
        return None if target.since_ms is None else rfc3339(target.since_ms)

    def get_retry(self, target: Target) -> str | None:
        """RFC 3339; null while nothing is wrong."""
        return rfc3339(target.retry_ms) if target.trouble and target.retry_ms else None

    def get_at_work(self, target: Target) -> bool:
        """Whether a courier has it."""
        return bool(target.owner)


class TargetsOutput(serializers.Serializer[dict[str, Any]]):
    """All targets by name."""

    results = TargetOutput(many=True)


class TargetProbeInput(serializers.Serializer[dict[str, Any]]):
    """Settings to try; `target`: whose stored secrets those that come back masked are."""

    kind = serializers.CharField(max_length=64)
    settings = serializers.DictField()
    target = serializers.IntegerField(max_value=LARGEST_ID, required=False, allow_null=True, default=None)


class TargetProbeOutput(serializers.Serializer[dict[str, Any]]):
    """One sentence of what was found."""

    summary = serializers.CharField()


class PlanInput(serializers.Serializer[dict[str, Any]]):
    """What one may set. `backlog`: also what is recorded already, when it is added. `template`: of the path, empty for
    the usual one. `keep_days`, `keep_bytes`: how long copies stay at the target. `hold_hours`: how long retention waits
    for the copy of a recording, at most. `cameras`, `groups`: their ids; without any, all cameras.
    """

    name = serializers.CharField(max_length=64)
    target = serializers.IntegerField(max_value=LARGEST_ID)
    enabled = serializers.BooleanField(default=True)
    content = serializers.ChoiceField(choices=Content.choices, default=Content.RECORDINGS)
    cameras = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_ID), default=list, max_length=10_000
    )
    groups = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_ID), default=list, max_length=1000
    )
    stream = serializers.ChoiceField(choices=["main", "sub"], default="main")
    event_types = serializers.ListField(child=serializers.CharField(max_length=100), default=list, max_length=200)
    before_s = serializers.IntegerField(min_value=0, max_value=300, default=10)
    after_s = serializers.IntegerField(min_value=0, max_value=300, default=20)
    template = serializers.CharField(max_length=200, allow_blank=True, default="")
    verify = serializers.ChoiceField(choices=Verify.choices, default=Verify.HASH)
    keep_days = serializers.IntegerField(min_value=1, max_value=36500, allow_null=True, default=None)
    keep_bytes = serializers.IntegerField(min_value=1, max_value=2**60, allow_null=True, default=None)
    hold_hours = serializers.IntegerField(min_value=0, max_value=8760, default=0)
    lag_hours = serializers.IntegerField(min_value=1, max_value=8760, default=24)
    backlog = serializers.BooleanField(default=False)


class PlanOutput(serializers.ModelSerializer[Plan]):
    """A plan and how it stands: copies that wait, failed or were missed, `kept` files and bytes at the target, and the
    start of the oldest recording that waits.
    """

    stream = serializers.SerializerMethodField()
    cameras = serializers.ListField(child=serializers.IntegerField())
    groups = serializers.ListField(child=serializers.IntegerField())
    event_types = serializers.ListField(child=serializers.CharField())
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()
    missed = serializers.IntegerField()
    oldest = serializers.SerializerMethodField()

    class Meta:
        model = Plan
        fields = [
            *(
                "id",
                "name",
                "target",
                "enabled",
                "content",
                "cameras",
                "groups",
                "stream",
                "event_types",
                "before_s",
                "after_s",
            ),
            *("template", "verify", "keep_days", "keep_bytes", "hold_hours", "lag_hours", "lagging", "kept"),
            *("kept_bytes", "waiting", "failed", "missed", "oldest"),
        ]

    def to_representation(self, instance: Plan) -> dict[str, Any]:
        """With its standing."""
        found = queries.standing(instance)
        for name in ("waiting", "failed", "missed", "oldest_ms"):
            setattr(instance, name, getattr(found, name))
        return super().to_representation(instance)

    def get_stream(self, plan: Plan) -> str:
        """`main` or `sub`."""
        return "sub" if plan.stream else "main"

    def get_oldest(self, plan: Plan) -> str | None:
        """RFC 3339."""
        oldest = getattr(plan, "oldest_ms", None)
        return None if oldest is None else rfc3339(oldest)


class PlansOutput(serializers.Serializer[dict[str, Any]]):
    """All plans by name."""

    results = PlanOutput(many=True)


class CopyOutput(serializers.ModelSerializer[Copy]):
    """A copy. `sent` of `size` bytes; `verified`: `size`, `server` or `read` (read back); `next`: when it is tried."""

    camera = serializers.IntegerField(source="camera_id")
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    next = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField()

    class Meta:
        model = Copy
        fields = [
            *("id", "plan", "target", "camera", "start", "end", "path", "state", "size", "sent", "sha256", "verified"),
            *("attempts", "error", "next", "done"),
        ]

    def get_start(self, copy: Copy) -> str:
        """RFC 3339."""
        return rfc3339(copy.start_ms)

    def get_end(self, copy: Copy) -> str:
        """RFC 3339."""
        return rfc3339(copy.end_ms)

    def get_next(self, copy: Copy) -> str | None:
        """RFC 3339; null when it may be made now, or is settled."""
        return rfc3339(copy.next_ms) if copy.next_ms and copy.state == State.WAITING else None

    def get_done(self, copy: Copy) -> str | None:
        """RFC 3339."""
        return None if copy.done_ms is None else rfc3339(copy.done_ms)


class CopiesAct(serializers.Serializer[dict[str, Any]]):
    """What to do with which copies: `ids`, or all of a plan, or all when neither is given."""

    act = serializers.ChoiceField(choices=["cancel", "retry"])
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), required=False, max_length=1000
    )
    plan = serializers.IntegerField(max_value=LARGEST_ID, required=False)


class CopiesActed(serializers.Serializer[dict[str, Any]]):
    """How many copies it concerned."""

    copies = serializers.IntegerField()


class FarEntryOutput(serializers.Serializer[dict[str, Any]]):
    """A file or folder at a target; `restorable`: a whole recording that a plan copied."""

    name = serializers.CharField()
    path = serializers.CharField()
    folder = serializers.BooleanField()
    size = serializers.IntegerField(allow_null=True)
    restorable = serializers.BooleanField()


class FarFolderOutput(serializers.Serializer[dict[str, Any]]):
    """What lies in a folder at a target."""

    folder = serializers.CharField()
    results = FarEntryOutput(many=True)


class RestoreInput(serializers.Serializer[dict[str, Any]]):
    """Files to bring back into the index; `keep_days`: how long retention leaves them there."""

    target = serializers.IntegerField(max_value=LARGEST_ID)
    paths = serializers.ListField(child=serializers.CharField(max_length=400), allow_empty=False, max_length=1000)
    keep_days = serializers.IntegerField(min_value=1, max_value=36500, default=7)


class RestoreOutput(serializers.ModelSerializer[Restore]):
    """A file that is being brought back, or was; `camera`, `start` and `end` once it is."""

    camera = serializers.IntegerField(source="camera_id", allow_null=True)
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    keep_until = serializers.SerializerMethodField()

    class Meta:
        model = Restore
        fields = ["id", "target", "path", "requester", "state", "camera", "start", "end", "keep_until", "error"]

    def get_start(self, row: Restore) -> str | None:
        """RFC 3339."""
        return None if row.start_ms is None else rfc3339(row.start_ms)

    def get_end(self, row: Restore) -> str | None:
        """RFC 3339."""
        return None if row.end_ms is None else rfc3339(row.end_ms)

    def get_keep_until(self, row: Restore) -> str:
        """RFC 3339."""
        return rfc3339(row.keep_until_ms)
