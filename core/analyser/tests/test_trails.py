"""Trails that a worker keeps: of objects it is told of from the middle of their way on, too."""

from __future__ import annotations

from core.analyser.trails import KEPT_MS, Trails

BOX = [0.1, 0.2, 0.3, 0.4]


def row(name: str, at_ms: int, *, seen: bool = True, ended: bool = False) -> list[object]:
    return [name, "person", seen, ended, at_ms, BOX, 0.9, ""]


def test_a_worker_that_starts_while_an_object_is_hidden_follows_it_all_the_same() -> None:
    trails = Trails()
    hidden = trails.follow(1, 1000, [row("a", 1000, seen=False)]).tracks[0]
    assert [point.wall_ms for point in hidden.points] == [1000]
    assert not hidden.seen
    back = trails.follow(1, 1200, [row("a", 1200)]).tracks[0]
    assert [point.wall_ms for point in back.points] == [1200]


def test_a_trail_ends_with_its_object_and_forgets_what_is_long_ago() -> None:
    trails = Trails()
    trails.follow(1, 1000, [row("a", 1000), row("b", 1000)])
    later = 1000 + KEPT_MS + 1
    tracks = trails.follow(1, later, [row("a", later)]).tracks
    assert [point.wall_ms for point in tracks[0].points] == [later]
    ended = trails.follow(1, later + 100, [row("a", later + 100, seen=False, ended=True)]).tracks[0]
    assert ended.ended
    assert [point.wall_ms for point in ended.points] == [later, later + 100]
    fresh = trails.follow(1, later + 200, [row("a", later + 200)]).tracks[0]
    assert [point.wall_ms for point in fresh.points] == [later + 200]
