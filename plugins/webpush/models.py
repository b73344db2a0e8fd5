"""Browsers that want to be notified."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Subscription(models.Model):
    """One browser of one user. endpoint: where its push service takes messages; p256dh, auth: its keys, Base64url
    (RFC 8291); digest: of the endpoint, SHA-256 in hex. browser: how it calls itself, for its user.
    """

    objects: ClassVar[models.Manager[Subscription]] = models.Manager()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    endpoint = models.TextField()
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=50)
    browser = models.CharField(max_length=200, blank=True)
    created_ms = models.BigIntegerField()
