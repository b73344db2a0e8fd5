"""What goes in and out of the REST interface of directories."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.access.services import grants_of
from core.directories.models import Directory, GroupLink
from core.directories.services import settings_or_none
from core.directories.sync import Outlook
from core.system.secrets import masked
from core.web.rest.grants import GrantOutput, grant_body
from core.web.rest.times import rfc3339
from core.web.speech import said

SHOWN = 200
"""People whom a sync names; the counts tell of all."""


class DirectoryKindOutput(serializers.Serializer[dict[str, Any]]):
    """A kind of directory; `settings`: JSON Schema of a directory's settings. `takes_passwords`: people sign in with
    name and password; otherwise by single sign-on.
    """

    name = serializers.CharField()
    title = serializers.CharField()
    plugin = serializers.CharField()
    lists_people = serializers.BooleanField()
    lists_groups = serializers.BooleanField()
    takes_passwords = serializers.BooleanField()
    settings = serializers.DictField()


class DirectoryKindsOutput(serializers.Serializer[dict[str, Any]]):
    """All kinds of directories by name."""

    results = DirectoryKindOutput(many=True)


class DirectoryInput(serializers.Serializer[dict[str, Any]]):
    """What one may set. `slug`: a short name for addresses and files, which stays. `settings` are the kind's own;
    secrets are never shown again, and stay where they come back masked. `only_with_role`: who gets no role is not let
    in. `add_ahead`: the sync adds people before they first sign in. `sync_minutes`: 0 for never. `remember_hours`: how
    long a password that was right once still is while the directory is away, 0 for not at all.
    """

    slug = serializers.SlugField(max_length=64)
    title = serializers.CharField(max_length=64)
    kind = serializers.CharField(max_length=64)
    settings = serializers.DictField()
    enabled = serializers.BooleanField(default=True)
    only_with_role = serializers.BooleanField(default=True)
    add_ahead = serializers.BooleanField(default=True)
    sync_minutes = serializers.IntegerField(min_value=0, max_value=43_200, default=60)
    remember_hours = serializers.IntegerField(min_value=0, max_value=720, default=0)


class DirectoryOutput(serializers.ModelSerializer[Directory]):
    """A directory. `users`: how many of its people may sign in; `synced`: when all were last compared; `error`: why
    that failed; `held`: why nobody was shut out; `report`: its counts.
    """

    settings = serializers.SerializerMethodField()
    users = serializers.IntegerField()
    synced = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    held = serializers.SerializerMethodField()
    report = serializers.DictField()

    class Meta:
        model = Directory
        fields = [
            *("id", "slug", "title", "kind", "settings", "enabled", "only_with_role", "add_ahead", "sync_minutes"),
            *("remember_hours", "users", "synced", "error", "held", "report"),
        ]

    def get_settings(self, row: Directory) -> dict[str, Any]:
        """With secrets masked; empty where they cannot be used, and then trying it says why."""
        settings = settings_or_none(row)
        return masked(settings) if settings else {}

    def get_error(self, row: Directory) -> str:
        """In the reader's language."""
        return said(row.error)

    def get_held(self, row: Directory) -> str:
        """In the reader's language."""
        return said(row.held)

    def get_synced(self, row: Directory) -> str:
        """RFC 3339, empty for never."""
        return rfc3339(row.synced_ms) if row.synced_ms else ""


class DirectoriesOutput(serializers.Serializer[dict[str, Any]]):
    """All directories, in the order in which they are asked."""

    results = DirectoryOutput(many=True)


class DirectoryOrder(serializers.Serializer[dict[str, Any]]):
    """Ids of all directories, in order."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=1000)


class DirectoryTestInput(serializers.Serializer[dict[str, Any]]):
    """Settings to try; `directory`: whose stored secrets those that come back masked are; `name`: of somebody."""

    kind = serializers.CharField(max_length=64)
    settings = serializers.DictField()
    directory = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )
    name = serializers.CharField(max_length=150, allow_blank=True, default="")


class TrialStepOutput(serializers.Serializer[dict[str, Any]]):
    """A step of trying a directory: what, whether it went well, and one sentence of what was found."""

    what = serializers.CharField()
    ok = serializers.BooleanField()
    sentence = serializers.CharField()


class DirectoryTestOutput(serializers.Serializer[dict[str, Any]]):
    """All steps; `ok` when each went well."""

    ok = serializers.BooleanField()
    steps = TrialStepOutput(many=True)


class FarGroupOutput(serializers.Serializer[dict[str, Any]]):
    """A group of a directory."""

    id = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()


class FarGroupsOutput(serializers.Serializer[dict[str, Any]]):
    """Groups of a directory by name."""

    results = FarGroupOutput(many=True)


class GroupLinkInput(serializers.Serializer[dict[str, Any]]):
    """A group of a directory: its id there, and what it is called here."""

    id = serializers.CharField(max_length=500)
    title = serializers.CharField(max_length=150)


class GroupLinkOutput(serializers.ModelSerializer[GroupLink]):
    """A group of a directory that counts here. `user_group`: the group of users that stands for it, to which roles are
    given; `members`: users here who are in it.
    """

    title = serializers.CharField(source="group.name")
    user_group = serializers.IntegerField(source="group_id")
    members = serializers.IntegerField()
    grants = serializers.SerializerMethodField()

    class Meta:
        model = GroupLink
        fields = ["id", "far", "title", "user_group", "members", "grants"]

    def get_grants(self, row: GroupLink) -> GrantOutput(many=True):  # type: ignore[valid-type]  # how the schema knows
        """The roles that it gives."""
        return [grant_body(one) for one in grants_of(row.group)]


class GroupLinksOutput(serializers.Serializer[dict[str, Any]]):
    """Groups that count here, by name."""

    results = GroupLinkOutput(many=True)


class SyncInput(serializers.Serializer[dict[str, Any]]):
    """Whether to do it or only to look; whether also to do what was held back."""

    apply = serializers.BooleanField(default=False)
    confirmed = serializers.BooleanField(default=False)


class SyncedPersonOutput(serializers.Serializer[dict[str, Any]]):
    """Somebody, and why: what changes, or one sentence."""

    name = serializers.CharField()
    why = serializers.CharField(allow_blank=True)


class SyncOutput(serializers.Serializer[dict[str, Any]]):
    """People who come, change or go, and those who are not let in, up to 200 of each; `counts` of all. `held`: why
    nobody goes, empty when those do. `applied`: whether it was done.
    """

    applied = serializers.BooleanField()
    held = serializers.CharField(allow_blank=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    come = SyncedPersonOutput(many=True)
    change = SyncedPersonOutput(many=True)
    go = SyncedPersonOutput(many=True)
    refused = SyncedPersonOutput(many=True)


def sync_body(outlook: Outlook, *, applied: bool = False, confirmed: bool = False) -> dict[str, Any]:
    """What a sync did or would do."""
    return {
        "applied": applied,
        "held": "" if confirmed else said(outlook.held),
        "counts": outlook.counts(),
        "come": [{"name": one.person.name, "why": ""} for one in outlook.come[:SHOWN]],
        "change": [{"name": one.person.name, "why": ", ".join(one.changes)} for one in outlook.change[:SHOWN]],
        "go": [{"name": one.identity.user.username, "why": said(one.why)} for one in outlook.go[:SHOWN]],
        "refused": [{"name": one.person.name, "why": said(one.refusal)} for one in outlook.refused[:SHOWN]],
    }
