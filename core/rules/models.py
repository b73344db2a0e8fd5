"""Rules, when they fired, and what became of their actions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Engine(models.Model):
    """One row. revision: rises whenever a rule changes; mode: what the site is armed as; modes: names a person added.

    Deciding about events locks this row, so that two processes never decide at the same time. owner: who decided last:
    what another process remembers of before is out of date.
    """

    revision = models.PositiveIntegerField(default=0)
    mode = models.CharField(max_length=40, default="disarmed")
    modes = models.JSONField(default=list)
    owner = models.CharField(max_length=32, blank=True, default="")


class Rule(models.Model):
    """One rule. definition: core.rules.definition.Definition as JSON, secrets of its actions sealed."""

    name = models.CharField(max_length=100, unique=True)
    enabled = models.BooleanField(default=True)
    definition = models.JSONField()
    created_ms = models.BigIntegerField()


class LastFired(models.Model):
    """When a rule last fired, for each camera (0 where that does not matter), by the time of the events in ms UTC."""

    rule = models.ForeignKey(Rule, models.CASCADE)
    camera_id = models.BigIntegerField(default=0)
    at_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "camera_id"], name="last_fired_once")]


class Firing(models.Model):
    """A rule that fired for an event. rule_name: as it was called then; rule is empty when it is gone.

    held_back: how many events since then it would have fired for too, but for its cool-down or its most in a minute.
    event is empty when a person tried the rule out.
    """

    rule = models.ForeignKey(Rule, models.SET_NULL, null=True)
    rule_name = models.CharField(max_length=100)
    event = models.ForeignKey("events.StoredEvent", models.CASCADE, null=True)
    at_ms = models.BigIntegerField(db_index=True)
    held_back = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["rule", "at_ms"], name="firing_rule_time")]


class State(models.TextChoices):
    """What became of an action."""

    WAITING = "waiting", "Waits for the action before it"
    QUEUED = "queued", "Waits for its time"
    RUNNING = "running", "Is being done"
    DONE = "done", "Done"
    DEAD = "dead", "Given up"


class Delivery(models.Model):
    """One action of one firing. settings: sealed, as they were when the rule fired, with its templates.

    key: the same for every attempt. next_ms: not before; owner, beat_ms: who is at it, and when they last said so.
    line: what the action said of its success, or why the last attempt failed. Times in ms UTC.
    """

    firing = models.ForeignKey(Firing, models.CASCADE)
    position = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    key = models.CharField(max_length=64, unique=True)
    chain = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_ms = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=32, blank=True, default="")
    beat_ms = models.BigIntegerField(default=0)
    line = models.TextField(blank=True, default="")
    created_ms = models.BigIntegerField()
    finished_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_ms"], condition=Q(state="queued"), name="delivery_due"),
            models.Index(fields=["beat_ms"], condition=Q(state="running"), name="delivery_running"),
            models.Index(fields=["state", "created_ms"], name="delivery_state_time"),
        ]
