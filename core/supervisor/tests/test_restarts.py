"""When a process is started again."""

from core.supervisor.restarts import BUDGET, SPARED, STEADY, WAITS, WINDOW, RestartPolicy


def test_waits_grow_while_a_process_fails_to_start() -> None:
    policy = RestartPolicy(persistent=True)
    waits = [policy.wait_after_failure(now, up=0) for now in range(8)]
    assert waits == [*WAITS, WAITS[-1], WAITS[-1]]


def test_a_recorder_that_works_is_started_at_once_however_often_it_is_killed() -> None:
    policy = RestartPolicy(persistent=True)
    assert {policy.wait_after_failure(now * STEADY, up=STEADY) for now in range(50)} == {WAITS[0]}


def test_waits_grow_for_a_recorder_that_dies_soon_after_each_start_but_not_for_the_first_times() -> None:
    policy = RestartPolicy(persistent=True)
    waits = [policy.wait_after_failure(now, up=0.1) for now in range(SPARED + 8)]
    assert waits == [WAITS[0]] * SPARED + [*WAITS, WAITS[-1], WAITS[-1]]


def test_waits_are_short_again_once_it_has_worked() -> None:
    policy = RestartPolicy(persistent=True)
    for now in range(20):
        policy.wait_after_failure(now, up=0.1)
    assert policy.wait_after_failure(21 + STEADY, up=STEADY) == WAITS[0]


def test_a_plugin_worker_is_given_up_after_its_budget_even_if_it_came_up() -> None:
    policy = RestartPolicy(persistent=False)
    waits = [policy.wait_after_failure(now, up=1) for now in range(BUDGET + 1)]
    assert None not in waits[:BUDGET]
    assert waits[BUDGET] is None


def test_old_failures_are_forgotten() -> None:
    policy = RestartPolicy(persistent=False)
    waits = [policy.wait_after_failure(now * (WINDOW / BUDGET + 1), up=1) for now in range(50)]
    assert None not in waits
