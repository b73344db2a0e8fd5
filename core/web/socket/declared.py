"""Websocket topics and the permission each takes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from core.access.permissions import declared_permissions
from core.access.rights import Rights
from core.cameras.steering import TOPIC
from core.hookspecs.access import Scope
from core.hookspecs.web import TopicSpec
from core.pluginhost import host


class StatusMessage(BaseModel):
    """A camera's live state, as GET /api/v1/cameras/{id}/status/ gives it; times RFC 3339 or empty."""

    camera_id: int
    state: str
    since: str
    message: str
    fault: str
    retry_in_ms: int
    recording: bool
    last_frame: str
    streams: dict[str, dict[str, Any]]


class SeenNow(BaseModel):
    """One followed object. id: the same as it moves; text: what was read on it, empty for who may not see events, or
    who it is, for who may know that; box: left, top, width, height as fractions of the picture; seen: whether the look
    saw it, or it is only expected there.
    """

    id: str
    detector: str
    label: str
    text: str
    score: float
    box: tuple[float, float, float, float]
    seen: bool


class ObjectsMessage(BaseModel):
    """All followed objects of a camera at one moment; wall_ms: when that picture was taken, UTC ms."""

    camera_id: int
    wall_ms: int
    objects: list[SeenNow]


class EventMessage(BaseModel):
    """An event that was recorded; times in ms UTC."""

    id: int
    type: str
    camera_id: int | None
    start_ms: int
    end_ms: int | None
    attributes: dict[str, Any]
    objects: list[dict[str, Any]]


class EventChange(EventMessage):
    """An event that has ended, got a picture, or was looked at; acknowledged_ms is null when nobody has."""

    acknowledged_by: str
    acknowledged_ms: int | None
    note: str


class DeliveryMessage(BaseModel):
    """What became of an attempt at an action; firing: what it belongs to."""

    id: int
    firing: int
    state: str


class ExportMessage(BaseModel):
    """How far an export is; `user_id`: whose it is, and who alone gets this."""

    id: int
    user_id: int | None
    state: str
    done_bytes: int
    total_bytes: int
    error: str


class BackupMessage(BaseModel):
    """Something moved at a backup target; its id."""

    target: int


class SteeringMessage(BaseModel):
    """Who moves a camera now; `by` is empty when nobody does. first: others cannot take it; locked: they keep it."""

    camera_id: int
    by: str
    by_id: int
    first: bool
    locked: bool


CAMERAS_STATUS = "cameras.status"
CAMERAS_OBJECTS = "cameras.objects"
CORE_TOPICS = (
    TopicSpec(CAMERAS_STATUS, "State of each camera, at subscription and on change", StatusMessage, "camera.view"),
    TopicSpec(CAMERAS_OBJECTS, "What detectors see on each camera now", ObjectsMessage, "camera.live"),
    TopicSpec(TOPIC, "Who moves a camera", SteeringMessage, "camera.ptz"),
    TopicSpec("events.recorded", "Events as they are recorded", EventMessage, "event.view"),
    TopicSpec("events.changed", "Events that ended, got a picture or were looked at", EventChange, "event.view"),
    TopicSpec("rules.deliveries", "What becomes of the actions of rules", DeliveryMessage, "rule.view"),
    TopicSpec("backup.progress", "That a backup target moved on", BackupMessage, "backup.view"),
    TopicSpec("exports.progress", "How far one's own exports are", ExportMessage, "camera.export"),
)


def declared_topics() -> dict[str, TopicSpec]:
    """All topics by full name: core's, and each plugin's as `<plugin>.<name>`."""
    return {spec.name: spec for spec in CORE_TOPICS} | {
        entry.key: entry.spec for entry in host().registry.entries(TopicSpec)
    }


def may_subscribe(rights: Rights, spec: TopicSpec) -> bool:
    """Whether anything of a topic could reach this user."""
    return rights.holds_somewhere(spec.permission) if _of_cameras(spec) else rights.holds(spec.permission)


def may_receive(rights: Rights, spec: TopicSpec, message: dict[str, Any]) -> bool:
    """Whether this message of a topic is for this user: by its `camera_id` where the permission is of cameras; one
    that names a `user_id` is for that user only.
    """
    if "user_id" in message:
        return message["user_id"] == rights.user_id and may_subscribe(rights, spec)
    return rights.holds(spec.permission, message.get("camera_id") if _of_cameras(spec) else None)


def may_read(rights: Rights, message: dict[str, Any]) -> bool:
    """Whether what was read or recognised in an ObjectsMessage is for this user: for who may see events."""
    return not any(one["text"] for one in message["objects"]) or rights.holds("event.view", message["camera_id"])


def _of_cameras(spec: TopicSpec) -> bool:
    return declared_permissions()[spec.permission].scope is Scope.CAMERA
