"""The event types that core itself records."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.events.external import GENERIC
from core.hookspecs.events import EventTypeSpec, NoAttributes
from core.hookspecs.happenings import HAPPENINGS


class CameraTrouble(BaseModel):
    """fault: a core.media.source.Fault value or empty; message: one sentence."""

    fault: str = Field("", title="What is wrong")
    message: str = Field("", title="Message")


class CameraMoved(BaseModel):
    """by: name of who moved it."""

    by: str = Field(title="By")


class CameraTalked(BaseModel):
    """by: name of who talked; announcement: name of the one that was played, empty for a voice."""

    by: str = Field(title="By")
    announcement: str = Field("", title="Announcement")


class VolumeTrouble(BaseModel):
    """volume: its name; message: one sentence."""

    volume: str = Field(title="Volume")
    message: str = Field("", title="Message")


class VolumeSpaceLow(BaseModel):
    """free, total: bytes of the volume."""

    volume: str = Field(title="Volume")
    free: int = Field(title="Free", json_schema_extra={"unit": "bytes"})
    total: int = Field(title="Total", json_schema_extra={"unit": "bytes"})


class PluginTrouble(BaseModel):
    """plugin: its name; state: what it is in now; message: one sentence."""

    plugin: str = Field(title="Plugin")
    state: str = Field(title="State")
    message: str = Field("", title="Message")


class SystemEnd(BaseModel):
    """clean: somebody stopped it; else it was killed or lost its power, and the event's time is when it was last alive,
    to ten seconds.
    """

    clean: bool = Field(title="Stopped by somebody")


class ProcessEnd(BaseModel):
    """process: its name, such as `recorder-0`; message: how it ended; times: so often since this was last told."""

    process: str = Field(title="Process")
    message: str = Field("", title="Message")
    times: int = Field(1, title="Times")


class ProcessTrouble(BaseModel):
    """process: its name, such as `recorder-0`; message: one sentence."""

    process: str = Field(title="Process")
    message: str = Field("", title="Message")


CORE_EVENT_TYPES = (
    EventTypeSpec("camera.offline", "Camera offline", CameraTrouble),
    EventTypeSpec("camera.online", "Camera online again", NoAttributes),
    EventTypeSpec("camera.stalled", "Camera sends no pictures", CameraTrouble),
    EventTypeSpec("camera.auth_failed", "Camera refuses the credentials", CameraTrouble),
    EventTypeSpec("camera.moved", "Camera moved by a person", CameraMoved),
    EventTypeSpec("camera.talked", "Somebody talked through the camera", CameraTalked),
    EventTypeSpec("storage.volume_failed", "Volume failed", VolumeTrouble),
    EventTypeSpec("storage.volume_recovered", "Volume works again", VolumeTrouble),
    EventTypeSpec("storage.nearly_full", "Volume nearly full", VolumeSpaceLow),
    EventTypeSpec("plugin.failed", "Plugin failed", PluginTrouble),
    EventTypeSpec("system.started", "System started", NoAttributes),
    EventTypeSpec("system.stopped", "System stopped", SystemEnd),
    EventTypeSpec("system.process_restarted", "Process restarted", ProcessEnd),
    EventTypeSpec("system.node_lost", "Part of the system does not answer", ProcessTrouble),
    *HAPPENINGS,
    GENERIC,
)
