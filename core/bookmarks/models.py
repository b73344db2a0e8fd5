"""Bookmarks: moments and ranges of a camera's recordings that somebody marked."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Bookmark(models.Model):
    """A moment (end_ms None) or a range of one camera, with words. Times in ms UTC. It does not keep the recording."""

    camera = models.ForeignKey("cameras.Camera", models.CASCADE, db_index=False)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField(null=True)
    text = models.CharField(max_length=500)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["camera", "start_ms"], name="bookmark_camera_time")]
