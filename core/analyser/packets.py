"""What the analyser and its detector workers say to each other, over `<data>/run/detectors.sock` (SOCK_SEQPACKET, mode
0600). A packet is one msgpack list; its first item says what it is. `looker` is the number of a detector on a camera.

    worker:   [HELLO, plugin]
    analyser: [OPEN, looker, camera, detector, settings]  as they are stored, secrets sealed
    worker:   [READY, looker, [stream, fps, width, pixel format, only moving, batch]]      wants pictures
              [READY, looker, [stream, rate, ms of a block]]                               wants sound
              [READY, looker, [labels]]                                                    wants tracks
              [FAILED, looker, why]                       cannot be opened, or raised: it is closed
    analyser: [SHELF, looker, bytes of a slot] + memfd    where its pictures lie from now on (core.analyser.shelf)
              [LOOK, looker, slot, wall_ms, width, height, pixel format]
              [HEAR, looker, slot, wall_ms, rate, samples]
              [TRACKS, looker, wall_ms, [[id, label, seen, ended, at_ms, box, score, text], …]]
    worker:   [SIGHT, looker, slot or -1, wall_ms, CPU µs, sight]
    analyser: [PREVIEW, looker]                           somebody wants to see what it sees
    worker:   [PREVIEW, looker, PNG or nothing]
    analyser: [CLOSE, looker]

A sight is [objects, going on, moments, moved, loudness]; an object [label, score, box or null, track, text], an
occurrence [event type, key, attributes, objects, start_ms or null].
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgpack

from core.hookspecs.detectors import AudioRequest, FrameRequest, Occurrence, Sight, TrackRequest, Wants
from core.hookspecs.events import SeenObject

MOST_BYTES = 160 * 1024
"""Of a packet: what the kernel surely takes at once."""
_USUAL = 2048  # bytes to pack into at first; by default a quarter of a mebibyte, each time
MOST_OBJECTS = 500
GRID_BYTES = 288
SAMPLE_BYTES = 2


class Kind(IntEnum):
    """What a packet is."""

    HELLO = 0
    OPEN = 1
    READY = 2
    FAILED = 3
    SHELF = 4
    LOOK = 5
    TRACKS = 6
    SIGHT = 7
    CLOSE = 8
    PREVIEW = 9
    HEAR = 10


def socket_path(data: Path) -> Path:
    """Where detector workers find the analyser."""
    return data / "run" / "detectors.sock"


def send(channel: socket.socket, packet: Sequence[Any], fds: Sequence[int] = ()) -> None:
    """Send a packet. Raises OSError (BlockingIOError when a non-blocking socket is full), ValueError when too long."""
    data = msgpack.packb(packet, buf_size=_USUAL)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes at once; {MOST_BYTES} are the most")
    if fds:
        socket.send_fds(channel, [data], list(fds))
    else:
        channel.send(data)


def receive(channel: socket.socket) -> tuple[list[Any], list[int]]:
    """The next packet and its file descriptors. Raises OSError, also when the other side is gone."""
    length = channel.recv_into(bytearray(1), 1, socket.MSG_PEEK | socket.MSG_TRUNC)  # unix(7): of the whole packet
    if not length:
        raise ConnectionResetError("the other side is gone")
    data, fds, _, _ = socket.recv_fds(channel, length, 1)
    return msgpack.unpackb(data), list(fds)


def pack_wants(wants: Wants) -> list[Any]:
    """A detector's wants as a list."""
    if isinstance(wants, TrackRequest):
        return [list(wants.labels)]
    if isinstance(wants, AudioRequest):
        return [wants.stream, wants.rate, wants.block_ms]
    return [wants.stream, wants.fps, wants.width, wants.pixel_format, wants.only_moving]


def unpack_wants(packed: list[Any]) -> Wants:
    """Its wants again."""
    if len(packed) == 1:
        return TrackRequest(tuple(packed[0]))
    return AudioRequest(*packed) if len(packed) == 3 else FrameRequest(*packed)


def pack_sight(sight: Sight) -> list[Any]:
    """A sight as a list. Raises ValueError or TypeError when a detector made it of something else."""
    if len(sight.objects) > MOST_OBJECTS:
        raise ValueError(f"{len(sight.objects)} objects in one look; {MOST_OBJECTS} are the most")
    if len(sight.moved) not in (0, GRID_BYTES):
        raise ValueError(f"moved has {len(sight.moved)} bytes; {GRID_BYTES} are a grid")
    return [
        [_packed(seen) for seen in sight.objects],
        [_occurrence(one) for one in sight.going_on],
        [_occurrence(one) for one in sight.moments],
        bytes(sight.moved),
        None if sight.loudness is None else float(sight.loudness),
    ]


def unpack_sight(packed: list[Any]) -> Sight:
    """The sight again."""
    objects, going_on, moments, moved, loudness = packed
    return Sight(_objects(objects), _occurrences(going_on), _occurrences(moments), moved, loudness)


def _packed(seen: SeenObject) -> list[Any]:
    box = None if seen.box is None else [float(part) for part in seen.box]
    if box is not None and len(box) != 4:
        raise ValueError(f"a box of {len(box)} numbers; left, top, width and height are four")
    return [str(seen.label), float(seen.score), box, str(seen.track), str(seen.text)]


def _occurrence(one: Occurrence) -> list[Any]:
    start_ms = None if one.start_ms is None else int(one.start_ms)
    return [one.event_type, one.key, dict(one.attributes), [_packed(seen) for seen in one.objects], start_ms]


def _objects(packed: list[Any]) -> tuple[SeenObject, ...]:
    return tuple(
        SeenObject(label, score, None if box is None else (box[0], box[1], box[2], box[3]), track, text)
        for label, score, box, track, text in packed
    )


def _occurrences(packed: list[Any]) -> tuple[Occurrence, ...]:
    return tuple(
        Occurrence(event_type, key, attributes, _objects(objects), start_ms)
        for event_type, key, attributes, objects, start_ms in packed
    )
