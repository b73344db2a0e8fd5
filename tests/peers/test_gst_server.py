"""The peer itself: what GStreamer serves is the file, picture by picture, so that later comparisons mean something."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest

from plugins.simulator import studio
from plugins.simulator.studio import Order
from plugins.simulator.testing import frame_number

OPTIONS = {"rtsp_transport": "tcp", "timeout": "10000000"}


@pytest.fixture
def clip(simulator_cache: Path) -> Path:
    return studio.render(Order("counter", "peer", 9, 320, 180, 25, 2), simulator_cache).main


def pictures(address: str, count: int, options: dict[str, str] | None = None) -> list[bytes]:
    with av.open(address, options=options or {}) as container:
        frames = container.decode(video=0)
        return [next(frames).to_ndarray(format="gray").tobytes() for _ in range(count)]


def test_a_file_is_served_once_bit_by_bit(gst_server: Callable[..., str], clip: Path) -> None:
    assert pictures(gst_server(clip), 45, OPTIONS) == pictures(str(clip), 45)


def test_a_loop_behind_a_password(gst_server: Callable[..., str], clip: Path) -> None:
    address = gst_server(clip, loop=True, user="ann", password="pass word")  # noqa: S106 - of a throw-away server
    found = []
    with av.open(address, options=OPTIONS) as container:
        for frame in container.decode(video=0):
            found.append(frame_number(frame.to_ndarray(format="gray")))
            if len(found) == 60:
                break
    assert all((after[1] - before[1]) % 50 == 1 for before, after in pairwise(found) if before and after)
    assert None not in found
    with pytest.raises(av.error.HTTPUnauthorizedError):
        pictures(address.replace("pass%20word", "wrong"), 1, OPTIONS)
