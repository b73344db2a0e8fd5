"""Directories, whom they know here, and which of their groups count here. Times are UTC milliseconds."""

from __future__ import annotations

from django.db import models

from core.access.models import User, UserGroup


class Directory(models.Model):
    """A directory that people sign in through. Those that are on are asked by position.

    slug: what `User.directory` and `UserGroup.directory` hold. kind, settings: the DirectorySpec's name and settings,
    secrets encrypted. only_with_role: who gets no role from a group, nor by hand, is not let in. add_ahead: the sync
    adds people before they first sign in. sync_minutes: how often all people are compared, 0 for never.
    remember_hours: how long a password that was right once still is while the directory is away, 0 for not at all.
    synced_ms, tried_ms: when people were last compared, and when that was last tried; claimed_ms: when somebody began
    to, 0 when nobody is at it. error: why that failed, or why
    it cannot be asked; held: why nobody was shut out; report: counts of the last comparison.
    """

    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    only_with_role = models.BooleanField(default=True)
    add_ahead = models.BooleanField(default=True)
    sync_minutes = models.PositiveIntegerField(default=60)
    remember_hours = models.PositiveIntegerField(default=0)
    synced_ms = models.BigIntegerField(default=0)
    tried_ms = models.BigIntegerField(default=0)
    claimed_ms = models.BigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    held = models.CharField(max_length=500, blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class Identity(models.Model):
    """Which person of a directory a user is.

    gone: the directory shut them out, not an administrator, so it may also let them in again. remembered: hash of the
    password that was right last, good until remembered_ms while the directory is away.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="identity")
    directory = models.ForeignKey(Directory, models.CASCADE, related_name="identities")
    person = models.CharField(max_length=255)
    gone = models.BooleanField(default=False)
    remembered = models.CharField(max_length=256, blank=True)
    remembered_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["directory", "person"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.directory}: {self.user}"


class GroupLink(models.Model):
    """A group of a directory that counts here, and the group of users that has its members; grants are given to that.

    far: its id in the directory.
    """

    directory = models.ForeignKey(Directory, models.CASCADE, related_name="links")
    far = models.CharField(max_length=500)
    group = models.OneToOneField(UserGroup, models.CASCADE, related_name="link")

    class Meta:
        ordering = ["group__name"]
        constraints = [models.UniqueConstraint(fields=["directory", "far"], name="group_link_once")]

    def __str__(self) -> str:
        return f"{self.directory}: {self.group}"
