"""Plans are kept while a player reads, as long as what they are made of is there."""

from dataclasses import dataclass

import pytest

from core.recording.reading import Place
from core.testing.clock import FakeClock
from core.web.plans import KEPT, PINNED_SECONDS, Continuing, Plan, Plans

ASKED = (1, 0, 0, 60_000)
NOW = {10: 1000, 11: 500}
LATER = {10: 1000, 11: 900}
RANGE = Continuing()


@dataclass
class Paper:
    """Stands for a file; these tests read none."""


def plan(etag: str, extents: dict[int, int]) -> Plan:
    return Plan(Paper(), etag, extents, (Place(1, "k"), 0))  # type: ignore[arg-type]


@pytest.fixture
def plans(fake_clock: FakeClock) -> Plans:
    found = Plans(fake_clock)
    found.keep(ASKED, plan("first", NOW))
    return found


def etag(found: Plan | None) -> str:
    return found.etag if found else ""


def test_what_has_not_changed_is_not_planned_again(plans: Plans, fake_clock: FakeClock) -> None:
    fake_clock.advance(24 * 3600)
    for continuing in (None, RANGE, Continuing("first"), Continuing("another")):
        assert etag(plans.find(ASKED, NOW, continuing)) == "first"
    assert plans.find((1, 0, 0, 60_001), NOW, RANGE) is None


def test_one_that_begins_gets_what_is_recorded_now(plans: Plans) -> None:
    assert plans.find(ASKED, LATER, None) is None


def test_one_that_continues_gets_the_file_it_began(plans: Plans) -> None:
    assert etag(plans.find(ASKED, LATER, RANGE)) == "first"
    plans.keep(ASKED, plan("second", LATER))
    assert etag(plans.find(ASKED, LATER, RANGE)) == "second"
    assert etag(plans.find(ASKED, LATER, Continuing("first"))) == "first"
    assert etag(plans.find(ASKED, LATER, Continuing("unknown"))) == "second"


def test_a_player_without_a_tag_keeps_its_file_while_it_asks(plans: Plans, fake_clock: FakeClock) -> None:
    for _ in range(5):
        fake_clock.advance(PINNED_SECONDS)
        assert etag(plans.find(ASKED, LATER, RANGE)) == "first"
    fake_clock.advance(PINNED_SECONDS + 1)
    assert plans.find(ASKED, LATER, RANGE) is None
    assert etag(plans.find(ASKED, LATER, Continuing("first"))) == "first"


@pytest.mark.parametrize("extents", [{11: 500}, {}, {10: 1000, 11: 499}])
def test_a_plan_that_lost_bytes_is_forgotten(plans: Plans, extents: dict[int, int]) -> None:
    assert plans.find(ASKED, extents, Continuing("first")) is None
    assert plans.find(ASKED, NOW, None) is None


def test_few_are_kept(plans: Plans) -> None:
    for number in range(KEPT):
        assert etag(plans.find(ASKED, NOW, None)) == "first"  # used, so others go first
        plans.keep((2, 0, 0, number), plan(str(number), NOW))
    assert plans.find((2, 0, 0, 0), NOW, None) is None
    assert plans.find((2, 0, 0, KEPT - 1), NOW, None)
