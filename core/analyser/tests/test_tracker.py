"""Objects keep their ids while they move, meet and hide; and as well as marked footage asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.analyser.tracker import GAP_MS, LOST_AFTER_MS, SURE, Tracker
from core.hookspecs.detectors import Tracks
from core.hookspecs.events import SeenObject
from core.testing.scores import read_mot, score_tracks
from tests.rig.fixtures import clips

__all__ = ["clips"]

T0 = 1_700_000_000_000


def person(x: float, y: float = 0.4, score: float = 0.9, label: str = "person") -> SeenObject:
    return SeenObject(label, score, (x, y, 0.05, 0.2))


def ids(tracks: Tracks) -> list[str]:
    return [track.id for track in tracks.tracks]


def test_who_walks_is_one_from_the_second_look_on() -> None:
    tracker = Tracker(7)
    assert tracker.update([person(0.1)], T0).tracks == ()
    walks = [tracker.update([person(0.1 + 0.02 * look)], T0 + 200 * look) for look in range(1, 20)]
    assert len({track_id for tracks in walks for track_id in ids(tracks)}) == 1
    newest = walks[-1].tracks[0]
    assert (newest.label, newest.seen, newest.ended, walks[-1].camera_id) == ("person", True, False, 7)
    assert newest.points[0].wall_ms == T0
    assert newest.points[-1].box[0] == pytest.approx(0.48, abs=0.01)


def test_two_who_pass_each_other_keep_their_ids() -> None:
    tracker = Tracker(1)
    for look in range(21):
        at = 0.1 + 0.03 * look
        tracks = tracker.update([person(at, 0.40), person(0.8 - at, 0.42)], T0 + 200 * look)
    right, left = sorted(tracks.tracks, key=lambda track: -track.points[-1].box[0])
    assert right.points[0].box[0] < 0.2
    assert left.points[0].box[0] > 0.6


def test_who_hides_for_a_second_is_the_same_after_it() -> None:
    tracker = Tracker(1)
    for look in range(10):
        before = tracker.update([person(0.1 + 0.02 * look)], T0 + 200 * look)
    hidden = [tracker.update([], T0 + 200 * look) for look in range(10, 15)]
    assert [tracks.tracks[0].seen for tracks in hidden] == [False] * 5
    assert hidden[-1].tracks[0].points[-1].box[0] == pytest.approx(0.38, abs=0.02)
    after = tracker.update([person(0.1 + 0.02 * 15)], T0 + 200 * 15)
    assert ids(after) == ids(before)


def test_who_leaves_ends_once_and_a_new_one_has_another_id() -> None:
    tracker = Tracker(1)
    tracker.update([person(0.5)], T0)
    gone = ids(tracker.update([person(0.5)], T0 + 200))
    ends = [tracker.update([], T0 + 200 + at) for at in range(200, LOST_AFTER_MS + 1000, 200)]
    assert [track.id for tracks in ends for track in tracks.tracks if track.ended] == gone
    tracker.update([person(0.5)], T0 + 9000)
    assert ids(tracker.update([person(0.5)], T0 + 9200)) != gone


@pytest.mark.parametrize("later_ms", [GAP_MS + 1000, -5000])
def test_a_gap_and_a_clock_that_jumps_end_all_tracks(later_ms: int) -> None:
    tracker = Tracker(1)
    tracker.update([person(0.5)], T0)
    before = tracker.update([person(0.5)], T0 + 200).tracks[0]
    after = tracker.update([person(0.5)], T0 + later_ms)
    assert [(track.id, track.ended) for track in after.tracks] == [(before.id, True)]


def test_unsure_boxes_go_on_with_a_track_and_begin_none() -> None:
    tracker = Tracker(1)
    unsure = [person(0.5, score=SURE - 0.2), SeenObject("person", 0.9)]
    for look in range(5):
        assert tracker.update(unsure, T0 + 200 * look).tracks == ()
    tracker.update([person(0.5)], T0 + 1000)
    assert tracker.update([person(0.51, score=SURE - 0.2)], T0 + 1200).tracks[0].seen


def test_a_bicycle_is_not_its_rider_and_most_looks_name_it() -> None:
    tracker = Tracker(1)
    for look in range(8):
        at = 0.1 + 0.02 * look
        bicycle = SeenObject("motorcycle" if look == 2 else "bicycle", 0.8, (at - 0.01, 0.5, 0.07, 0.12))
        tracks = tracker.update([bicycle, person(at)] if look % 2 else [person(at), bicycle], T0 + 200 * look)
    assert sorted(track.label for track in tracks.tracks) == ["bicycle", "person"]
    assert len(tracks.tracks) == 2


def test_what_is_read_best_and_most_is_its_text() -> None:
    tracker = Tracker(1)
    for look, text in enumerate(("", "AB1", "A81", "", "AB1")):
        plate = SeenObject("plate", 0.7 if text == "A81" else 0.9, (0.1 + 0.01 * look, 0.5, 0.1, 0.05), text=text)
        tracks = tracker.update([plate], T0 + 200 * look)
    assert [track.text for track in tracks.tracks] == ["AB1"]


def test_trackers_of_one_camera_name_theirs_differently() -> None:
    one, other = Tracker(1, "a-"), Tracker(1, "b-")
    for tracker in (one, other):
        tracker.update([person(0.5)], T0)
    assert ids(one.update([person(0.5)], T0 + 200)) != ids(other.update([person(0.5)], T0 + 200))


def test_half_a_minute_is_kept_and_of_what_is_older_than_two_seconds_a_point_a_second() -> None:
    tracker = Tracker(1)
    for look in range(400):
        tracks = tracker.update([person(0.5)], T0 + 100 * look)
    points = tracks.tracks[0].points
    assert points[-1].wall_ms - points[0].wall_ms <= 30_000
    assert len(points) < 60


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "size", "fps", "mota", "idf1"),
    [("vtest", (768, 576), 10, 0.60, 0.50), ("TUD-Campus", (640, 480), 25, 0.50, 0.55)],
)
def test_people_of_marked_footage_are_followed(
    clips: Path, name: str, size: tuple[int, int], fps: int, mota: float, idf1: float
) -> None:
    scale = (1 / size[0], 1 / size[1])
    truth = read_mot(clips / "people" / f"{name}-gt.txt", scale)
    found = read_mot(clips / "people" / f"{name}-det.txt", scale)
    tracker, followed = Tracker(1), {}
    for frame in range(1, max(truth) + 1):
        seen = [SeenObject("person", score, box) for _, box, score in found.get(frame, [])]
        tracks = tracker.update(seen, T0 + frame * 1000 // fps).tracks
        followed[frame] = [(track.id, track.points[-1].box) for track in tracks if track.seen]
    score = score_tracks({at: [(who, box) for who, box, _ in rows] for at, rows in truth.items()}, followed)
    assert score.mota >= mota, score
    assert score.idf1 >= idf1, score
