"""A detector process at its socket: pictures in shared memory, several cameras at once, what plugins get wrong."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from core.analyser.packets import MOST_OBJECTS, Kind, receive, unpack_sight
from core.analyser.picturing import gray_png
from core.analyser.shelf import SLOTS, Shelf
from core.analyser.worker import Worker, _Open
from core.hookspecs.detectors import DetectorSpec, Frame, FrameRequest, Occurrence, Sight, Tracks
from core.hookspecs.events import SeenObject


class _Detector:
    """Answers by a function of what it is shown."""

    def __init__(self, answer: Callable[[Any], Sight]) -> None:
        self.look = answer
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def _spec(**more: Any) -> DetectorSpec:
    return DetectorSpec("d", "D", BaseModel, lambda _: FrameRequest(), lambda _: _Detector(lambda _: Sight()), **more)


class _Bench:
    """A worker, and the analyser's end of its socket."""

    def __init__(self) -> None:
        self.here, self.channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.worker = Worker("p", Path(), lambda: None, lambda: False)
        self.worker._channel = self.channel

    def add(self, number: int, spec: DetectorSpec, answer: Callable[[Any], Sight]) -> tuple[_Detector, Shelf]:
        detector, shelf = _Detector(answer), Shelf(4)
        self.worker._open[number] = _Open(number, number, spec, detector)
        self.worker._take([Kind.SHELF, number, 4], [os.dup(shelf.fd)])
        return detector, shelf

    def show(self, number: int, shelf: Shelf, pixels: bytes) -> int:
        slot = shelf.take()
        assert slot is not None
        shelf.slot(slot)[:] = pixels
        self.worker._take([Kind.LOOK, number, slot, 1000 + slot, 2, 2, "gray"], [])
        return slot

    def answer(self) -> list[Any]:
        self.worker._look(self.channel)
        self.here.settimeout(20)
        return receive(self.here)[0]


@pytest.fixture
def bench() -> Iterator[_Bench]:
    found = _Bench()
    yield found
    found.here.close()
    found.channel.close()


def test_pictures_come_through_shared_memory_and_answers_back(bench: _Bench) -> None:
    def look(frame: Frame) -> Sight:
        assert isinstance(frame.pixels, memoryview)
        assert frame.pixels.readonly
        box = (0.1, 0.2, 0.3, 0.4)
        seen = SeenObject(str(sum(frame.pixels)), 0.5, box)
        return Sight((seen,), (Occurrence("a.b", "k", {"n": 1}, (seen,), 5),), (), bytes(288))

    _, shelf = bench.add(1, _spec(), look)
    slot = bench.show(1, shelf, b"\1\2\3\4")
    kind, number, answered, wall_ms, _, packed = bench.answer()
    assert (kind, number, answered, wall_ms) == (Kind.SIGHT, 1, slot, 1000 + slot)
    sight = unpack_sight(packed)
    assert sight == look(Frame(1, 0, 2, 2, "gray", memoryview(b"\1\2\3\4")))
    shelf.give_back(slot)
    assert sorted(filter(lambda one: one is not None, (shelf.take() for _ in range(SLOTS + 1)))) == list(range(SLOTS))


def test_pictures_of_several_cameras_are_looked_at_together(bench: _Bench) -> None:
    together: list[int] = []

    def look_together(pairs: Sequence[tuple[Any, Frame]]) -> list[Sight]:
        together.append(len(pairs))
        return [Sight((SeenObject(str(frame.camera_id)),)) for _, frame in pairs]

    spec = _spec(batch=3, look_together=look_together)
    shelves = {number: bench.add(number, spec, lambda _: Sight())[1] for number in (1, 2, 3, 4)}
    for number in (1, 1, 2, 3, 4):  # the second of camera 1 waits: its detector looks at one at a time
        bench.show(number, shelves[number], b"1234")
    bench.worker._look(bench.channel)
    answers = [receive(bench.here)[0] for _ in range(3)]
    assert together == [3]
    assert [(number, unpack_sight(packed).objects[0].label) for _, number, _, _, _, packed in answers] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    bench.worker._look(bench.channel)
    assert together == [3, 2]


def _raises(_: Any) -> Sight:
    raise RuntimeError("it is broken")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (_raises, "it is broken"),
        (lambda _: None, "NoneType"),
        (lambda _: Sight(moved=b"1"), "1 bytes"),
        (lambda _: Sight(tuple(SeenObject("x") for _ in range(MOST_OBJECTS + 1))), "objects in one look"),
        (lambda _: Sight((SeenObject("x", 1.0, (1.0, 2.0)),)), "a box of 2"),  # on purpose
        (lambda _: Sight(moments=(Occurrence("a.b", attributes={"x": object()}),)), "cannot be passed on"),
        (lambda _: Sight(moments=(Occurrence("a.b", attributes={"x": "y" * 200_000}),)), "at once"),
    ],
)
def test_one_that_fails_is_closed_and_says_why(bench: _Bench, answer: Callable[[Any], Sight], why: str) -> None:
    detector, shelf = bench.add(1, _spec(), answer)
    bench.show(1, shelf, b"1234")
    kind, number, said = bench.answer()
    assert (kind, number) == (Kind.FAILED, 1)
    assert why in said
    assert detector.closed == 1
    assert not bench.worker._open


@pytest.mark.parametrize(("shown", "fits"), [(b"\x01\x02\x03\x04", True), (b"too short", False)])
def test_what_it_sees_is_shown_once_it_has_looked(bench: _Bench, shown: bytes, fits: bool) -> None:
    def preview() -> bytes:
        bench.worker._take([Kind.PREVIEW, 1], [])
        kind, number, png = receive(bench.here)[0]
        assert (kind, number) == (Kind.PREVIEW, 1)
        return bytes(png)

    _, shelf = bench.add(1, _spec(preview=lambda _: shown), lambda _: Sight())
    bench.here.settimeout(20)
    assert preview() == b""
    bench.show(1, shelf, b"abcd")
    bench.answer()
    assert preview() == (gray_png(shown, 2, 2) if fits else b"")
    bench.show(1, shelf, b"abcd")
    assert bench.answer()[0] == Kind.SIGHT, "it goes on, whatever became of its preview"


def test_tracks_grow_from_their_newest_places(bench: _Bench) -> None:
    told: list[Tracks] = []

    def look(tracks: Tracks) -> Sight:
        told.append(tracks)
        return Sight()

    bench.add(1, _spec(), look)
    for number in range(3):
        row = ["t", "person", number != 2, False, 1000 * number, [0.1 * number, 0.2, 0.3, 0.4], 0.9, "B-AB 1"]
        bench.worker._take([Kind.TRACKS, 1, 1000 * number, [row]], [])
        assert bench.answer()[2] == -1
    (last,) = told[-1].tracks
    assert [point.wall_ms for point in last.points] == [0, 1000, 2000]
    assert (last.seen, last.text) == (False, "B-AB 1")
