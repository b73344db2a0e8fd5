"""The newest pictures from a keyframe on, bounded."""

from __future__ import annotations

from core.media.units import AccessUnit
from core.recorder.gops import GopBuffer


def unit(ms: int, *, key: bool = False, track: int = 0, size: int = 10) -> AccessUnit:
    return AccessUnit(track, ms * 90, ms * 90, 0, key, ms, bytes(size))


def stream(until_ms: int, *, gop_ms: int = 1000, step: int = 100) -> list[AccessUnit]:
    return [unit(ms, key=ms % gop_ms == 0) for ms in range(0, until_ms, step)]


def test_since_the_last_keyframe() -> None:
    gops = GopBuffer(0)
    gops.add(stream(2500))
    assert [one.wall_ms for one in gops.units()] == [2000, 2100, 2200, 2300, 2400]
    assert gops.keyframe is gops.units()[0]


def test_reaching_back_by_whole_groups() -> None:
    gops = GopBuffer(0, seconds=2)
    gops.add(stream(5500))
    assert gops.units()[0].wall_ms == 3000
    gops.add([unit(5500), unit(6000, key=True)])
    assert gops.units()[0].wall_ms == 4000


def test_from_the_keyframe_before_a_moment() -> None:
    gops = GopBuffer(0, seconds=4)
    gops.add(stream(5500))
    assert gops.since(3500)[0].wall_ms == 3000
    assert gops.since(4000)[0].wall_ms == 4000
    assert gops.since(0)[0].wall_ms == 1000
    assert gops.since(9000)[0].wall_ms == 5000
    assert GopBuffer(0).since(0) == []


def test_audio_goes_along_but_begins_nothing() -> None:
    gops = GopBuffer(0)
    gops.add([unit(0, key=True, track=1)])
    assert gops.units() == []
    gops.add([unit(0, key=True), unit(20, key=True, track=1)])
    assert len(gops.units()) == 2


def test_an_endless_group_keeps_its_keyframe_only() -> None:
    gops = GopBuffer(0, most=1000)
    gops.add([unit(0, key=True)])
    for ms in range(1, 500):
        gops.add([unit(ms)])
        assert sum(len(one.data) for one in gops.units()) <= 1000
    assert gops.units() == []
    assert gops.keyframe is not None
    gops.add([unit(600, key=True), unit(601)])
    assert len(gops.units()) == 2
