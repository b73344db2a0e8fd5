"""From looks to motion, tracks and episodes."""

from __future__ import annotations

from core.analyser.seen import GRID_MS, SILENT_MS, STILL_MS, CameraSeen
from core.analyser.tracker import detector_of
from core.hookspecs.detectors import Occurrence, Sight, Tracks
from core.hookspecs.events import SeenObject

STILL, SOME = bytes(288), b"\1" + bytes(287)
AT = 1_700_000_000_000


def _seen(told: list[Tracks] | None = None) -> CameraSeen:
    return CameraSeen(1, (told if told is not None else []).append)


def test_what_goes_on_begins_once_and_ends_when_a_look_no_longer_names_it() -> None:
    seen = _seen()
    on = Sight(going_on=(Occurrence("motion.detected", "door"),))
    first = seen.take("motion", AT, on)
    assert [one.occurrence.key for one in first.begun] == ["door"]
    assert not seen.take("motion", AT + 200, on).begun
    assert not seen.take("tamper", AT + 300, Sight()).ended  # another detector says nothing of it
    ended = seen.take("motion", AT + 400, Sight()).ended
    assert [(one.start_ms, one.seen_ms) for one in ended] == [(AT, AT + 400)]
    assert not seen.take("motion", AT + 600, Sight()).ended


def test_what_began_earlier_says_so_and_keys_are_apart() -> None:
    seen = _seen()
    both = Sight(going_on=(Occurrence("a.b", "x", start_ms=AT - 900), Occurrence("a.b", "y")))
    assert sorted(one.start_ms for one in seen.take("d", AT, both).begun) == [AT - 900, AT]
    left = seen.take("d", AT + 100, Sight(going_on=(Occurrence("a.b", "y"),)))
    assert [one.occurrence.key for one in left.ended] == ["x"]
    assert [one.occurrence.key for one in seen.forget("d").ended] == ["y"]


def test_an_episode_ends_where_it_was_last_seen_when_nobody_looks_any_more() -> None:
    seen = _seen()
    seen.take("d", AT, Sight(going_on=(Occurrence("a.b"),)))
    assert not seen.silent(AT + SILENT_MS).ended
    (ended,) = seen.silent(AT + SILENT_MS + 1).ended
    assert ended.seen_ms == AT


def test_moments_are_over() -> None:
    seen = _seen()
    moments = seen.take("d", AT, Sight(moments=(Occurrence("a.b"), Occurrence("a.b")))).moments
    assert [(one.start_ms, one.seen_ms) for one in moments] == [(AT, AT), (AT, AT)]
    assert not seen.going_on()


def test_motion_is_gathered_in_steps_and_the_newest_is_kept_back() -> None:
    seen = _seen()
    for number in range(25):
        seen.take("motion", AT + 200 * number, Sight(moved=SOME if number < 5 else STILL))
    grids = seen.grids()
    assert [grid.start_ms for grid in grids] == [AT, AT + GRID_MS]
    assert [any(grid.cells) for grid in grids] == [True, False]
    assert [grid.start_ms for grid in seen.grids(all_of_them=True)] == [AT + 2 * GRID_MS]
    assert not seen.grids(all_of_them=True)


def test_moving_lasts_a_little_longer_than_the_motion() -> None:
    seen = _seen()
    assert seen.moving(AT) == 0  # nothing tells of motion: always
    seen.take("motion", AT, Sight(moved=STILL))
    assert seen.moving(AT) is None
    seen.take("motion", AT + 200, Sight(moved=SOME))
    seen.take("motion", AT + 400, Sight(moved=SOME))
    assert seen.moving(AT + 400 + STILL_MS) == AT + 200
    assert seen.moving(AT + 401 + STILL_MS) is None


def test_objects_are_followed_by_each_detector_and_told_together() -> None:
    told: list[Tracks] = []
    seen = _seen(told)
    for number in range(10):
        left = 0.1 + 0.01 * number
        seen.take("objects", AT + 200 * number, Sight((SeenObject("person", 0.9, (left, 0.2, 0.1, 0.3)),)))
        seen.take("lpr", AT + 200 * number + 50, Sight((SeenObject("plate", 0.9, (left, 0.8, 0.1, 0.05)),)))
    last = told[-1]
    assert sorted(one.label for one in last.tracks) == ["person", "plate"]
    assert len({one.id for one in last.tracks}) == 2
    boxes = seen.boxes()
    assert {(one.detector, one.label) for one in boxes} == {("objects", "person"), ("lpr", "plate")}
    assert len(boxes) <= 2 * 5  # two a second for each
    assert not seen.boxes()


def test_an_event_is_told_with_the_track_of_its_object() -> None:
    told: list[Tracks] = []
    seen = _seen(told)
    face, other = (SeenObject("face", 0.9, (left, 0.2, 0.1, 0.1)) for left in (0.1, 0.6))
    seen.take("faces", AT, Sight((face, other)))
    elsewhere = SeenObject("face", 0.9, (0.3, 0.2, 0.1, 0.1))
    own = SeenObject("face", 0.9, other.box, "own")
    one = Occurrence("a.b", objects=(other, face, elsewhere, own, SeenObject("face")))
    (moment,) = seen.take("faces", AT + 200, Sight((face, other), moments=(one,))).moments
    places = {round(track.points[-1].box[0], 1): track.id for track in told[-1].tracks}
    assert [seen.track for seen in moment.occurrence.objects] == [places[0.6], places[0.1], "", "own", ""]
    assert {detector_of(track) for track in places.values()} == {"faces"}
    later = seen.take("faces", AT + 400, Sight((other,), moments=(one,))).moments
    assert [seen.track for seen in later[0].occurrence.objects][:2] == [places[0.6], ""]  # not seen by this look


def test_the_loudest_of_two_seconds_is_kept_and_the_newest_step_waits_for_more() -> None:
    seen = CameraSeen(1, lambda tracks: None)
    for number, level in enumerate((-50.0, -20.0, -40.0, -30.0, -60.0)):
        seen.take("loudness", AT // 2000 * 2000 + 500 * number, Sight(loudness=level))
    assert [one.level for one in seen.levels()] == [-20.0]
    assert seen.levels() == []
    assert [one.level for one in seen.levels(all_of_them=True)] == [-60.0]
