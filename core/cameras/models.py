"""Cameras: what the administrator configured. Their live state is in the recorder, not here."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from core.recording.schedule import Mode

LONGEST_PRE_ROLL = 30
LONGEST_POST_ROLL = 600


class RecordingMode(models.TextChoices):
    """When a camera is recorded: one mode of core.recording.schedule all the time, or as its schedule says."""

    CONTINUOUS = Mode.CONTINUOUS.value, "Always"
    MOTION = Mode.MOTION.value, "On motion"
    EVENT = Mode.EVENT.value, "On events"
    SCHEDULE = "schedule", "By schedule"
    OFF = Mode.OFF.value, "Never"


class RecordingSchedule(models.Model):
    """A named schedule that cameras share. week: its JSON form (core.recording.schedule_form)."""

    name = models.CharField(max_length=64, unique=True)
    week = models.JSONField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day on which schedules go by their row for holidays; year 0 for one that comes every year."""

    name = models.CharField(max_length=64)
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["month", "day", "year"]
        constraints = [models.UniqueConstraint(fields=["month", "day", "year"], name="holiday_once")]

    def __str__(self) -> str:
        return self.name


class Camera(models.Model):
    """One camera.

    settings: the driver's settings model as JSON; its secret fields are encrypted (core.system.secrets).
    revision: rises with every save, so that a recorder sees which cameras changed by one small query.
    recording: when; schedule: only used, and then needed, when that is "schedule".
    pre_roll, post_roll: seconds recorded before and after what triggers, in the modes motion and event.
    record_on: types of events, or whole namespaces as `lpr.*`, that trigger in the mode event; when empty all but
    Eyrie's own about the camera's health.
    masks: privacy masks, each the list of its corners (core.media.masks). masks_pushed: those that the camera was told
    to cover itself; masks_at_camera: those of them that it took; since masks_since_ms, UTC ms, nothing beneath these
    has been sent. masks_trouble: why the camera could not be told, in one sentence (core.cameras.covering).
    retention_days, retention_bytes: limits of this camera's recordings, none when empty.
    position: place in lists; cameras of one place stand in the order of their ids.
    """

    name = models.CharField(max_length=128, unique=True)
    driver = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    recording = models.CharField(max_length=16, choices=RecordingMode, default=RecordingMode.CONTINUOUS)
    schedule = models.ForeignKey(RecordingSchedule, models.PROTECT, null=True, blank=True, related_name="cameras")
    pre_roll = models.PositiveSmallIntegerField(default=5, validators=[MaxValueValidator(LONGEST_PRE_ROLL)])
    post_roll = models.PositiveSmallIntegerField(default=10, validators=[MaxValueValidator(LONGEST_POST_ROLL)])
    record_on = models.JSONField(default=list, blank=True)
    record_sub = models.BooleanField(default=False)
    masks = models.JSONField(default=list, blank=True)
    masks_pushed = models.JSONField(null=True, blank=True)
    masks_at_camera = models.JSONField(default=list, blank=True)
    masks_since_ms = models.BigIntegerField(null=True, blank=True)
    masks_trouble = models.CharField(max_length=300, blank=True, default="")
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    retention_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class CameraGroup(models.Model):
    """A named set of cameras, such as a floor; a camera may be in several."""

    name = models.CharField(max_length=64, unique=True)
    cameras = models.ManyToManyField(Camera, related_name="groups", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Patrol(models.Model):
    """Positions at which Eyrie has a camera look one after the other (core.cameras.patrols).

    stops: of each {"preset": the camera's token of a position, "seconds": until the next one's turn}.
    """

    camera = models.ForeignKey(Camera, models.CASCADE, related_name="patrols")
    name = models.CharField(max_length=64)
    stops = models.JSONField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["camera", "name"], name="patrol_once")]

    def __str__(self) -> str:
        return f"{self.camera}: {self.name}"


class Steering(models.Model):
    """Who moves a camera, and where it returns (core.cameras.steering).

    user_id, name, first, until_ms, locked: who holds it, until when, UTC ms. event_id: of the movement that goes on.
    moved_ms: when it was last moved, UTC ms; None once it is back. return_preset: name of the position it goes back to,
    empty for none; return_after: minutes. patrol: that it goes, None for none; patrol_next: number of the stop whose
    turn it is at patrol_due_ms, UTC ms; patrol_trouble: why the camera did not go to the last one, in one sentence.
    """

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="steering")
    user_id = models.BigIntegerField(default=0)
    name = models.CharField(max_length=150, blank=True, default="")
    first = models.BooleanField(default=False)
    until_ms = models.BigIntegerField(default=0)
    locked = models.BooleanField(default=False)
    event_id = models.BigIntegerField(null=True, blank=True)
    moved_ms = models.BigIntegerField(null=True, blank=True)
    return_preset = models.CharField(max_length=100, blank=True, default="")
    return_after = models.PositiveSmallIntegerField(default=5)
    patrol = models.ForeignKey(Patrol, models.SET_NULL, null=True, blank=True, related_name="+")
    patrol_next = models.PositiveSmallIntegerField(default=0)
    patrol_due_ms = models.BigIntegerField(default=0)
    patrol_trouble = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.name or 'nobody'} at {self.camera}"
