"""Settings of plugins and of the site, and the audit log."""

from __future__ import annotations

from django.db import models


class PluginSettings(models.Model):
    """A plugin's own settings: JSON of its pydantic model, secret fields encrypted."""

    plugin = models.CharField(max_length=64, unique=True)
    schema_version = models.PositiveIntegerField(default=1)
    data = models.JSONField(default=dict)


class AuditRow(models.Model):
    """Who did what to what, when and from where. Rows are only ever added."""

    at_ms = models.BigIntegerField(db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=128)
    address = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["actor", "id"], name="audit_actor"),
            models.Index(fields=["action", "id"], name="audit_action"),
            models.Index(fields=["target", "id"], name="audit_target"),
        ]


class Site(models.Model):
    """The site's own settings, one row (core.system.site). Empty fields leave it to the configuration.

    to_set_up: nobody has gone through the first steps yet, and the administrator has a one-time password.
    address: of the portal, as links in messages begin. latitude, longitude: where it is, in degrees.
    live_watermark, export_watermark: the user's name is drawn over the portal's pages, and into every person's exports.
    """

    name = models.CharField(max_length=64, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    to_set_up = models.BooleanField(default=False)
    address = models.CharField(max_length=200, blank=True, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    live_watermark = models.BooleanField(default=False)
    export_watermark = models.BooleanField(default=False)
