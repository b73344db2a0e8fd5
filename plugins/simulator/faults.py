"""What can go wrong with a simulated camera, on command."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from core.api.media import RtpParcel

LOSS = 0.02  # share of packets that get lost or damaged


class FaultKind(StrEnum):
    """A trouble real cameras have. Both streams of the camera suffer from it until it is cleared."""

    DROP = "drop"  # connections are closed, and new ones as soon as they ask for this camera
    FREEZE = "freeze"  # the session stays open, no frame comes
    HALF_OPEN = "half_open"  # no frame comes, and requests are read but never answered
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a fault's name: connections are closed, then 401 to everybody
    JITTER = "jitter"  # frames come up to 0.4 s late, in bursts
    TIMESTAMPS_BACKWARDS = "timestamps_backwards"  # every 7th picture's RTP time is 20 pictures old
    TIMESTAMPS_REPEATED = "timestamps_repeated"  # three pictures share one RTP time
    TIMESTAMPS_JUMP = "timestamps_jump"  # RTP time of pictures leaps 10 minutes ahead
    CLOCK_JUMP = "clock_jump"  # the camera's own clock, in sender reports, leaps an hour ahead
    B_FRAMES = "b_frames"  # the encoder begins to use B-frames
    RESOLUTION = "resolution"  # the picture size changes in mid-stream
    PACKET_LOSS = "packet_loss"  # 2 % of RTP packets are missing
    CORRUPTION = "corruption"  # 2 % of RTP packets have wrong bytes in them


def tampering(kind: FaultKind | None, seed: int) -> Callable[[RtpParcel], RtpParcel] | None:
    """What a fault does to packets on their way, or None when it leaves them alone."""
    dice = random.Random(seed)  # noqa: S311 - reproducible trouble, no secret
    if kind is FaultKind.PACKET_LOSS:
        return lambda parcel: replace(
            parcel, payloads=[b"" if dice.random() < LOSS else payload for payload in parcel.payloads]
        )
    if kind is FaultKind.CORRUPTION:
        return lambda parcel: replace(
            parcel,
            payloads=[_spoiled(payload, dice) if dice.random() < LOSS else payload for payload in parcel.payloads],
        )
    return None


def _spoiled(payload: bytes, dice: random.Random) -> bytes:
    middle = len(payload) // 2
    return payload[:middle] + dice.randbytes(min(8, len(payload) - middle)) + payload[middle + 8 :]
