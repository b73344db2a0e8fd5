"""Long jobs whose whole state is a row, so that they survive whatever is killed.

Who works on one holds a claim, renewed while the work goes on. A claim that was not renewed for CLAIM_MS belongs to a
process that was killed: the next one takes the job over and begins it anew. Several processes, on several machines, may
share one database. Times are UTC milliseconds.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

CLAIM_MS = 10_000
ATTEMPTS = 3


class State(models.TextChoices):
    """Life of a job."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Job(models.Model):
    """A job. owner, beat_ms: who works on it and when it last said so; attempts: how often it was begun."""

    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    cancel = models.BooleanField(default=False)
    error = models.CharField(max_length=500, blank=True)
    owner = models.CharField(max_length=64, blank=True)
    beat_ms = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_ms = models.BigIntegerField()
    finished_ms = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


J = TypeVar("J", bound=Job)


class Lost(Exception):
    """The job is not ours any more: it was deleted, or somebody else took it over."""


class Cancelled(Exception):
    """Whoever asked for it wants it no more."""


_ANY = Q()


def claim(model: type[J], owner: str, now_ms: int, among: Q = _ANY, **fresh: Any) -> J | None:
    """Take the oldest job that nobody works on; None when there is none. fresh: what begins anew with each attempt."""
    rows = model._default_manager.filter(among)
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, beat_ms__lt=now_ms - CLAIM_MS)
    for pk in rows.filter(free).order_by("pk").values_list("pk", flat=True)[:5]:
        taken = rows.filter(free, pk=pk).update(
            state=State.RUNNING, owner=owner, beat_ms=now_ms, attempts=F("attempts") + 1, **fresh
        )
        if taken:
            return rows.filter(pk=pk, owner=owner).first()
    return None


def renew(job: Job, now_ms: int, **progress: Any) -> None:
    """Say that the work goes on, and how far it is. Raises Lost, Cancelled."""
    for name, value in (("beat_ms", now_ms), *progress.items()):
        setattr(job, name, value)
    if not held(job).update(beat_ms=now_ms, **progress):
        raise Lost
    if held(job).filter(cancel=True).exists():
        raise Cancelled


def release(job: Job) -> None:
    """Let another process begin it anew: this one has to end, which is no failed attempt."""
    held(job).update(state=State.QUEUED, owner="", attempts=F("attempts") - 1)


def finish(job: Job, state: State, **result: Any) -> None:
    """End it one way or the other. Raises Lost when there is nothing to end."""
    job.state = state
    for name, value in result.items():
        setattr(job, name, value)
    if not held(job).update(state=state, owner="", **result):
        raise Lost


def held(job: J) -> QuerySet[J]:
    """Its row, as long as it is ours."""
    return type(job)._default_manager.filter(pk=job.pk, owner=job.owner, state=State.RUNNING)
