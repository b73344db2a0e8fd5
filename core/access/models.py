"""Users, groups of users, roles, grants and tokens: who may use which function on which camera."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class User(AbstractUser):
    """A person or a service. Rights come from grants alone; Django's own permissions are not used.

    directory: slug of the directory that knows the user and their password, empty for a user of our own.
    is_service: an account of another system, which has tokens and no password.
    """

    directory = models.CharField(max_length=64, blank=True, default="")
    is_service = models.BooleanField(default=False)


class UserGroup(models.Model):
    """A named set of users, to whom grants are given at once.

    directory: slug of the directory that says who is in it, empty for a group of our own.
    """

    name = models.CharField(max_length=150)
    directory = models.CharField(max_length=64, blank=True, default="")
    members = models.ManyToManyField(User, related_name="user_groups", blank=True)

    class Meta:
        ordering = ["name", "directory"]
        constraints = [models.UniqueConstraint(fields=["name", "directory"], name="user_group_once")]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of permissions. Built-in roles are kept in step with what core and plugins declare.

    plugin: name of the plugin that declares a built-in role, empty for core's and for roles made here.
    second_factor: who holds it must sign in with a second factor.
    """

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=128)
    builtin = models.BooleanField(default=False)
    plugin = models.CharField(max_length=64, blank=True, default="")
    permissions = models.JSONField(default=list)
    second_factor = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role given to a user or to a group of users, until `expires_at` (UTC) if set.

    It holds on one camera, on the cameras of one group or, with both empty, everywhere.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="grants")
    group = models.ForeignKey(UserGroup, models.CASCADE, null=True, blank=True, related_name="grants")
    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    camera = models.ForeignKey("cameras.Camera", models.CASCADE, null=True, blank=True, related_name="grants")
    camera_group = models.ForeignKey(
        "cameras.CameraGroup", models.CASCADE, null=True, blank=True, related_name="grants"
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "group", "role", "camera", "camera_group"], name="grant_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True, group__isnull=False) | Q(user__isnull=False, group__isnull=True),
                name="grant_to_one",
            ),
            models.CheckConstraint(
                condition=Q(camera__isnull=True) | Q(camera_group__isnull=True), name="grant_at_one_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group} {self.role} {self.camera or self.camera_group or 'everywhere'}"


class ApiToken(models.Model):
    """A token of a user for other systems. It reaches no further than the user does when it is used.

    secret: what knox knows of it, its expiry included; former: the secret before, which is good for a while after a
    rotation. permissions, cameras: codenames and ids it is limited to, None for no limit. networks: addresses and
    networks (CIDR) it may be used from, empty for all. last_used_at (UTC), last_address: kept by the minute.
    """

    name = models.CharField(max_length=100)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    secret = models.OneToOneField("knox.AuthToken", models.CASCADE, related_name="api_token")
    former = models.OneToOneField(
        "knox.AuthToken", models.SET_NULL, null=True, blank=True, related_name="rotated_api_token"
    )
    permissions = models.JSONField(null=True, blank=True)
    cameras = models.JSONField(null=True, blank=True)
    networks = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_address = models.CharField(max_length=45, blank=True, default="")

    class Meta:
        ordering = ["user__username", "name", "id"]

    def __str__(self) -> str:
        return self.name
