"""When to connect, how long to wait, and that it never gives up."""

from __future__ import annotations

from random import Random

import pytest

from core.media.source import Fault, SourceError
from core.recorder.machine import ANSWER, FIRST_PICTURE, HOPE, OVERLAP, STALL, STEADY, Do, Machine
from core.recorder.protocol import CameraState

STEP = 0.05


@pytest.fixture
def machine() -> Machine:
    made = Machine(Random(1))  # noqa: S311  repeatable, not secret
    assert made.enable(0.0) is Do.CONNECT
    return made


def streaming(machine: Machine, since: float = 0.0, until: float = 0.0) -> Machine:
    machine.opened(since)
    machine.picture(since)
    machine.picture(max(since, until))
    assert machine.state is CameraState.STREAMING
    return machine


def fail(machine: Machine, fault: Fault, now: float) -> None:
    assert machine.ended(SourceError(fault, "No."), now) is Do.DISCONNECT


def next_act(machine: Machine, now: float, until: float = 1000.0) -> tuple[Do, float]:
    """What the machine does next, and when."""
    while now < until:
        now += STEP
        if (act := machine.tick(now)) is not Do.NOTHING:
            return act, now
    raise AssertionError("nothing happened")


def waits(machine: Machine, fault: Fault, count: int, since: float = 100.0) -> list[float]:
    now, found = since, []
    for _ in range(count):
        fail(machine, fault, now)
        act, at = next_act(machine, now)
        assert act is Do.CONNECT
        found.append(at - now)
        now = at
    return found


@pytest.mark.parametrize("fault", [Fault.PORT, Fault.ADDRESS, Fault.CLOSED, Fault.TIMEOUT])
def test_a_camera_that_may_return_is_asked_every_half_second_for_ever(machine: Machine, fault: Fault) -> None:
    assert max(waits(machine, fault, 200)) < 0.7


def test_a_refused_password_is_tried_rarely(machine: Machine) -> None:
    found = waits(machine, Fault.CREDENTIALS, 6)
    assert found[0] > 7
    assert 240 - 1 < found[-1] < 360 + 1
    assert machine.state is CameraState.AUTH_FAILED


def test_a_password_refused_after_other_troubles_is_refused_for_the_first_time(machine: Machine) -> None:
    waits(machine, Fault.CLOSED, 10)
    assert waits(machine, Fault.CREDENTIALS, 1)[0] < 13
    waits(machine, Fault.CLOSED, 3)
    assert waits(machine, Fault.CREDENTIALS, 1)[0] > 20, "a refusal in between is not forgotten"


def test_nonsense_is_tried_less_and_less_unless_it_has_worked(machine: Machine) -> None:
    assert max(waits(machine, Fault.PROTOCOL, 10)) > 7
    streaming(machine, 300.0)
    assert max(waits(machine, Fault.PROTOCOL, 10)) < 1.4


def test_a_path_that_has_worked_is_asked_for_every_half_second_for_ever(machine: Machine) -> None:
    streaming(machine, 50.0)
    assert max(waits(machine, Fault.PATH, 200, HOPE + 100)) < 0.7


def test_a_path_that_never_worked_is_asked_for_often_at_first_only(machine: Machine) -> None:
    assert max(waits(machine, Fault.PATH, 100, 1.0)) < 0.7
    assert max(waits(machine, Fault.PATH, 10, HOPE + 1)) > 7


def test_waits_begin_anew_after_steady_pictures(machine: Machine) -> None:
    waits(machine, Fault.PORT, 5)
    streaming(machine, 200.0, 200.0 + STEADY + 1)
    assert waits(machine, Fault.CLOSED, 1)[0] < 0.2


def test_trouble_stays_visible_through_all_tries(machine: Machine) -> None:
    fail(machine, Fault.PORT, 1.0)
    assert machine.state is CameraState.BACKING_OFF
    assert 0 < machine.retry_in_ms(1.0) <= 200
    next_act(machine, 1.0)
    assert (machine.state, machine.fault, machine.message) == (CameraState.BACKING_OFF, Fault.PORT, "No.")
    assert machine.retry_in_ms(2.0) == 0
    streaming(machine, 2.0)
    assert (machine.fault, machine.message) == (None, "")


def test_a_stall_begins_afresh_within_the_watchdogs_time(machine: Machine) -> None:
    streaming(machine, 5.0)
    act, at = next_act(machine, 5.0)
    assert act is Do.CONNECT
    assert STALL < at - 5.0 < STALL + 2 * STEP
    assert machine.state is CameraState.STALLED


def test_a_camera_lost_in_silence_is_tried_beside_the_try_that_waits(machine: Machine) -> None:
    streaming(machine, 5.0)
    _, now = next_act(machine, 5.0)
    for _ in range(10):
        act, at = next_act(machine, now)
        assert act is Do.OVERLAP
        assert at - now < OVERLAP + 2 * STEP
        now = at
    machine.opened(now)
    assert machine.tick(now + 1) is Do.NOTHING


def test_a_first_connection_is_given_its_time(machine: Machine) -> None:
    act, at = next_act(machine, 0.0)
    assert act is Do.DISCONNECT
    assert ANSWER < at < ANSWER + 2 * OVERLAP
    assert machine.fault is Fault.TIMEOUT


def test_tracks_without_pictures_end_the_session(machine: Machine) -> None:
    machine.opened(1.0)
    act, at = next_act(machine, 1.0)
    assert act is Do.DISCONNECT
    assert FIRST_PICTURE <= at - 1.0 < FIRST_PICTURE + 2 * STEP
    assert next_act(machine, at)[0] is Do.CONNECT


def test_disabled_is_left_in_peace(machine: Machine) -> None:
    assert machine.disable() is Do.DISCONNECT
    assert all(machine.tick(now) is Do.NOTHING for now in range(1000))
