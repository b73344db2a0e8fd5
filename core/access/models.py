"""Users, roles and grants: who may use which function on which camera."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person or a service. Rights come from grants alone; Django's own permissions are not used."""


class Role(models.Model):
    """A named set of permissions. Built-in roles are kept in step with what core and plugins declare."""

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=128)
    builtin = models.BooleanField(default=False)
    permissions = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role given to a user, on one camera or, with camera empty, everywhere; until `expires_at` (UTC) if set."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    camera = models.ForeignKey("cameras.Camera", models.CASCADE, null=True, blank=True, related_name="grants")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "camera"], name="grant_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.camera or 'everywhere'}"
