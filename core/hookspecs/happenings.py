"""Kinds of events that more than one may tell of: a detector of Eyrie's, or a camera by itself.

One meaning is one type, whoever tells: rules, recording on motion and searches need not know. `source` says who told,
empty for Eyrie's own detectors, `camera` for the camera itself.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from core.hookspecs.events import EventTypeSpec

TamperKind = Literal["covered", "defocused", "moved", "dark", "bright", "frozen", "lost", "tampered"]
BY_CAMERA = "camera"


class Told(BaseModel):
    """Told by somebody."""

    source: str = Field("", title="Told by", description="camera, when the camera itself told; empty else")


class MotionSeen(Told):
    """zone: its name, empty for the whole picture; percent: how much of the picture moved when it was told of."""

    zone: str = Field("", title="Zone")
    percent: float = Field(0.0, ge=0, le=100, title="Part of the picture", json_schema_extra={"unit": "%"})


class Tampering(Told):
    """kind: what became of the picture."""

    kind: TamperKind = Field(title="Kind")


class KindSeen(Told):
    """label: as the detector calls it, such as person; number: how many there were when it began."""

    label: str = Field(title="Kind of object")
    number: int = Field(1, title="How many")


class AtLine(Told):
    """direction: to_left or to_right, as one sees it who walks from the line's first end to its second."""

    line: str = Field(title="Line")
    direction: str = Field("", title="Direction")
    label: str = Field("", title="Kind of object")


class InZone(Told):
    """What was in a zone."""

    zone: str = Field(title="Zone")
    label: str = Field("", title="Kind of object")


class Contact(Told):
    """name: of the input or output, as the camera calls it."""

    name: str = Field(title="Name")


class SoundHeard(Told):
    """kind: what it was, where that is known."""

    kind: str = Field("", title="Kind of sound")


class CameraFault(Told):
    """what: as the camera calls it."""

    what: str = Field("", title="What")


MOTION_DETECTED = EventTypeSpec("motion.detected", "Motion", MotionSeen)
TAMPER_DETECTED = EventTypeSpec("tamper.detected", "Tampering", Tampering)
OBJECT_SEEN = EventTypeSpec("objects.seen", "Object seen", KindSeen)
LINE_CROSSED = EventTypeSpec("analytics.line_crossed", "Line crossed", AtLine)
INTRUSION = EventTypeSpec("analytics.intrusion", "Intrusion", InZone)
LOITERING = EventTypeSpec("analytics.loitering", "Loitering", InZone)
OBJECT_LEFT = EventTypeSpec("analytics.object_left", "Object left", InZone)
OBJECT_REMOVED = EventTypeSpec("analytics.object_removed", "Object removed", InZone)
INPUT_ACTIVE = EventTypeSpec("io.input", "Input active", Contact)
OUTPUT_ACTIVE = EventTypeSpec("io.output", "Output active", Contact)
SOUND_HEARD = EventTypeSpec("sound.detected", "Sound", SoundHeard)
DOORBELL = EventTypeSpec("doorbell.rung", "Somebody rings", Contact)
STORAGE_FAILED = EventTypeSpec("camera.storage_failed", "Camera's own storage failed", CameraFault)
HARDWARE_FAILED = EventTypeSpec("camera.hardware_failed", "Camera reports a failure", CameraFault)

HAPPENINGS = (
    MOTION_DETECTED,
    TAMPER_DETECTED,
    OBJECT_SEEN,
    LINE_CROSSED,
    INTRUSION,
    LOITERING,
    OBJECT_LEFT,
    OBJECT_REMOVED,
    INPUT_ACTIVE,
    OUTPUT_ACTIVE,
    SOUND_HEARD,
    DOORBELL,
    STORAGE_FAILED,
    HARDWARE_FAILED,
)
