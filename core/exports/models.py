"""Exports: jobs whose whole state is here, so that they survive whatever is killed. Times are UTC milliseconds."""

from __future__ import annotations

from django.db import models

from core.tasks.jobs import Job, State

__all__ = ["Export", "State"]


class Export(Job):
    """One export.

    requester: the name of `user` at that time, for the manifest. items: what is exported, each
    `{camera, name, stream, start_ms, end_ms}`; the camera's name is kept because the camera may be deleted meanwhile.
    redact: names of redactors, whose finds are covered in the pictures. watermark: what is drawn all over them, empty
    for nothing. purpose: of recordings for somebody who asked what is kept of them, `{subject, reason}`; else empty.
    done_bytes of total_bytes: how far it is. files: what is in the archive, each `{name, offset, size, camera,
    start_ms, end_ms}`, `offset` being that of its bytes in the archive. notes: sentences about what is not in it.
    """

    user = models.ForeignKey("access.User", models.SET_NULL, null=True)
    requester = models.CharField(max_length=150)
    title = models.CharField(max_length=128, blank=True)
    items = models.JSONField()
    burn_in = models.BooleanField(default=False)
    redact = models.JSONField(default=list)
    watermark = models.CharField(max_length=200, blank=True, default="")
    purpose = models.JSONField(default=dict)
    done_bytes = models.BigIntegerField(default=0)
    total_bytes = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    files = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    expires_ms = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="export_state")]

    @property
    def filename(self) -> str:
        """The name of its archive, for whoever saves it."""
        return f"export-{self.pk}.zip"
