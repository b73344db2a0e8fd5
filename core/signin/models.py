"""What signing in keeps: the policy, how old passwords are, which were used before, from where people come."""

from __future__ import annotations

from typing import Any

from django.db import models


class StoredPolicy(models.Model):
    """How people sign in here, one row (core.signin.policy)."""

    values = models.JSONField(default=dict)


class PasswordState(models.Model):
    """How a user's password stands. must_change: whoever signs in with it has to choose another one first."""

    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        "access.User", models.CASCADE, primary_key=True, related_name="password_state"
    )
    changed_ms = models.BigIntegerField()
    must_change = models.BooleanField(default=False)


class OldPassword(models.Model):
    """The hash of a password that a user has or had."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="old_passwords")
    at_ms = models.BigIntegerField()
    hash = models.CharField(max_length=256)


class KnownPlace(models.Model):
    """From where a user has signed in: a network and a device in words. Times in UTC ms."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="known_places")
    network = models.CharField(max_length=64)
    device = models.CharField(max_length=64)
    last_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "network", "device"], name="place_once")]
