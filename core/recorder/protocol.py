"""What goes over a recorder's unix socket, `<data>/run/recorder-<n>.sock` (mode 0600).

Every message is a frame: a big-endian 32-bit length of what follows, one kind byte, the body.
`J` is a JSON object, `M` a media message. The client asks, the recorder answers and pushes; no message waits for
another.

Client to recorder (JSON): `{"op": "watch", "watch": 7, "camera": 1, "stream": "main"}` begins live fragments under the
client's own watch number (with `"patient": true` some at once, up to 0.36 s later, which costs less),
`{"op": "unwatch", "watch": 7}` ends them, `{"op": "keyframe", "watch": 8, "camera": 1,
"stream": "main"}` asks for the newest keyframe once.
Recorder to client (JSON): `{"op": "status", "camera": 1, …}` (a CameraStatus) at connect for each camera and on every
change, `{"op": "gone", "camera": 1}` when a camera left this recorder, `{"op": "ended", "watch": 7, "reason": "…"}`
when a watch is over or cannot be, with `"missing": true` when the camera offers no such stream; and every two seconds
`{"op": "volumes", "volumes": [{"name": "recordings", "written": 123, "busy": 0.5}]}`, bytes and seconds since it began.
Media: the header below, then an MP4 initialization segment, one fragment, or a keyframe as a tiny MP4 file.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from enum import IntFlag, StrEnum
from typing import Any

LENGTH = struct.Struct(">I")
MEDIA = struct.Struct(">IBQ")  # watch number, flags, wall_ms
MAX_FRAME = 64 * 1024 * 1024
JSON_KIND = b"J"
MEDIA_KIND = b"M"


class NoSuchStream(LookupError):
    """The camera offers no stream of this name: asking again is pointless."""


class CameraState(StrEnum):
    """Where a camera's state machine stands."""

    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALLED = "stalled"
    BACKING_OFF = "backing_off"
    AUTH_FAILED = "auth_failed"
    DISABLED = "disabled"
    UNKNOWN = "unknown"  # its recorder does not answer


class MediaFlag(IntFlag):
    """What a media message holds."""

    INIT = 1
    KEY = 2  # the fragment begins with a keyframe
    PICTURE = 4  # the answer to `keyframe`


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A camera's live state. since_ms: UTC ms of the last change; message: one sentence when something is wrong;
    retry_in_ms: when backing off. streams: per stream name codec, width, height, fps, bitrate (bits/s), audio,
    and drops: pictures that no volume took since the camera was begun.
    mode: by which it is recorded now (core.recording.schedule.Mode), empty when it is not known.
    last_frame_ms: UTC ms of the newest picture, refreshed with the pushes (every 2 s while streaming).
    """

    camera: int
    state: CameraState
    since_ms: int
    message: str = ""
    fault: str = ""
    retry_in_ms: int = 0
    recording: bool = False
    mode: str = ""
    last_frame_ms: int = 0
    streams: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One media message of a watch. For INIT, `data` is the initialization segment and wall_ms 0."""

    watch: int
    flags: MediaFlag
    wall_ms: int
    data: bytes


def json_frame(message: dict[str, Any]) -> bytes:
    """A JSON message as a frame."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return LENGTH.pack(len(body) + 1) + JSON_KIND + body


def status_frame(status: CameraStatus) -> bytes:
    """A status push as a frame."""
    return json_frame({"op": "status", **asdict(status)})


def media_header(watch: int, flags: MediaFlag, wall_ms: int, size: int) -> bytes:
    """The frame header and media header in front of `size` bytes of media."""
    return LENGTH.pack(1 + MEDIA.size + size) + MEDIA_KIND + MEDIA.pack(watch, flags, wall_ms)


def parse(body: bytes) -> dict[str, Any] | LiveMessage:
    """A frame's kind byte and body. Raises ValueError when it is neither JSON object nor media."""
    if body[:1] == MEDIA_KIND:
        watch, flags, wall_ms = MEDIA.unpack_from(body, 1)
        return LiveMessage(watch, MediaFlag(flags), wall_ms, body[1 + MEDIA.size :])
    if body[:1] == JSON_KIND:
        message = json.loads(body[1:])
        if isinstance(message, dict):
            return message
    raise ValueError("neither a JSON object nor a media message")
