"""Deciding, without a database."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from core.calendar.hours import Calendar
from core.hookspecs.events import Event
from core.rules.definition import Definition
from core.rules.engine import LATE_MS, LONGEST_CHAIN, CompiledRule, Outcome, Rulebook, Surroundings
from core.rules.memory import ImaginedMemory

NOON = 1_780_056_000_000  # 2026-05-29T12:00Z, a Friday
ANYWHERE = Surroundings(Calendar(ZoneInfo("UTC")), "away", {4: frozenset({7, 8})})


class Remembered(ImaginedMemory):
    """A memory whose stored events are those it was given."""

    def __init__(self, stored: Iterable[Event] = ()) -> None:
        super().__init__()
        self.stored = list(stored)

    def events(self, types: Sequence[str], camera_id: int | None, start_ms: int, end_ms: int) -> list[Event]:
        found = [one for one in self.stored if one.type in types and start_ms <= one.start_ms <= end_ms]
        return [one for one in found if camera_id is None or one.camera_id == camera_id][::-1]


def rule(**changes: object) -> Rulebook:
    values = {"types": ["a.b"], "actions": [{"name": "do"}]} | changes
    return Rulebook([CompiledRule.of(1, "one", Definition.model_validate(values))])


def event(number: int = 1, at: int = NOON, camera: int | None = 7, kind: str = "a.b") -> Event:
    return Event(number, kind, camera, at, None)


def outcomes(
    book: Rulebook, events: Iterable[Event], memory: Remembered | None = None, **options: int
) -> list[Outcome]:
    kept = memory or Remembered()
    return [
        verdict.outcome
        for one in events
        for verdict in book.decide(
            one, ANYWHERE, kept, at_ms=options.get("now", one.start_ms), chain=options.get("chain", 0)
        )
    ]


def test_scope_mode_and_hours() -> None:
    night = [{"days": [*range(7)], "from": "18:00", "until": "06:00"}]
    day = [{"days": [4], "from": "06:00", "until": "18:00"}]
    for changes, fires in (
        ({}, True),
        ({"types": ["a.c"]}, False),
        ({"cameras": [7]}, True),
        ({"cameras": [9]}, False),
        ({"cameras": [9], "groups": [4]}, True),
        ({"groups": [5]}, False),
        ({"modes": ["away"]}, True),
        ({"modes": ["home"]}, False),
        ({"hours": day}, True),
        ({"hours": night}, False),
    ):
        assert bool(outcomes(rule(**changes), [event()])) is fires, changes


def test_an_event_of_no_camera_fires_rules_of_no_camera() -> None:
    assert outcomes(rule(), [event(camera=None)]) == [Outcome.FIRED]
    assert outcomes(rule(cameras=[7]), [event(camera=None)]) == []


def test_a_rule_cools_down_each_camera_for_itself() -> None:
    events = [event(1), event(2, NOON + 9_999), event(3, NOON + 5_000, 8), event(4, NOON + 10_000)]
    assert outcomes(rule(cool_down_seconds=10), events) == ["fired", "cooling", "fired", "fired"]
    assert outcomes(rule(cool_down_seconds=10, per_camera=False), events) == ["fired", "cooling", "cooling", "fired"]


def test_events_that_come_late_and_out_of_order_cool_down_too() -> None:
    assert outcomes(rule(cool_down_seconds=10), [event(1), event(2, NOON - 5_000)]) == ["fired", "cooling"]
    assert outcomes(rule(), [event(1, NOON - LATE_MS - 1)], now=NOON) == []
    assert outcomes(rule(), [event(1, NOON - LATE_MS)], now=NOON) == ["fired"]


def test_what_fires_too_often_is_held_back() -> None:
    events = [event(number, NOON + number * 100) for number in range(5)]
    assert outcomes(rule(most_per_minute=3), events) == ["fired"] * 3 + ["throttled"] * 2
    assert outcomes(rule(most_per_minute=3), [*events, event(9, NOON + 61_000)])[-1] == "fired"


def test_a_circle_ends() -> None:
    assert outcomes(rule(), [event()], chain=LONGEST_CHAIN - 1) == ["fired"]
    assert outcomes(rule(), [event()], chain=LONGEST_CHAIN) == ["circle"]


def test_only_if_another_event_came_before() -> None:
    badge = event(5, NOON - 4_000, kind="door.badge")
    book = rule(also={"types": ["door.badge"], "within_seconds": 5})
    assert outcomes(book, [event()], Remembered([badge])) == ["fired"]
    assert outcomes(book, [event(at=NOON + 2_000)], Remembered([badge])) == []
    assert outcomes(book, [event(camera=8)], Remembered([badge])) == []
    elsewhere = rule(also={"types": ["door.badge"], "within_seconds": 5, "same_camera": False})
    assert outcomes(elsewhere, [event(camera=8)], Remembered([badge])) == ["fired"]
    assert outcomes(book, [badge], Remembered([event(at=NOON - 5_000)])) == []


def test_only_if_no_other_event_came_before() -> None:
    badge = event(5, NOON - 4_000, kind="door.badge")
    book = rule(also={"types": ["door.badge"], "within_seconds": 5, "absent": True})
    assert outcomes(book, [event()], Remembered([badge])) == []
    assert outcomes(book, [event()]) == ["fired"]


def test_the_later_of_two_fires_once_and_is_about_the_first() -> None:
    book = rule(also={"types": ["door.badge"], "within_seconds": 5, "either_order": True})
    main = event(1)
    badges = [event(2, NOON + 1_000, kind="door.badge"), event(3, NOON + 2_000, kind="door.badge")]
    memory = Remembered([main])
    assert outcomes(book, [main], memory) == []
    verdicts = book.decide(badges[0], ANYWHERE, memory, at_ms=NOON + 1_000)
    assert [(one.outcome, one.event) for one in verdicts] == [("fired", main)]
    assert outcomes(book, [badges[1]], memory) == []


def test_a_rule_of_its_own_kind_does_not_count_itself() -> None:
    book = rule(also={"types": ["a.b"], "within_seconds": 5})
    assert outcomes(book, [event(1)], Remembered([event(1)])) == []
    assert outcomes(book, [event(2)], Remembered([event(1), event(2)])) == ["fired"]
