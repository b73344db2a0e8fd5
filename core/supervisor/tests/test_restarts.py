"""When a process is started again."""

from core.supervisor.restarts import BUDGET, WAITS, WINDOW, RestartPolicy


def test_waits_grow_while_a_process_fails_to_start() -> None:
    policy = RestartPolicy(persistent=True)
    waits = [policy.wait_after_failure(now, came_up=False) for now in range(8)]
    assert waits == [*WAITS, WAITS[-1], WAITS[-1]]


def test_a_recorder_that_came_up_is_started_at_once_however_often_it_is_killed() -> None:
    policy = RestartPolicy(persistent=True)
    assert {policy.wait_after_failure(now, came_up=True) for now in range(50)} == {WAITS[0]}


def test_a_plugin_worker_is_given_up_after_its_budget_even_if_it_came_up() -> None:
    policy = RestartPolicy(persistent=False)
    waits = [policy.wait_after_failure(now, came_up=True) for now in range(BUDGET + 1)]
    assert None not in waits[:BUDGET]
    assert waits[BUDGET] is None


def test_old_failures_are_forgotten() -> None:
    policy = RestartPolicy(persistent=False)
    waits = [policy.wait_after_failure(now * (WINDOW / BUDGET + 1), came_up=True) for now in range(50)]
    assert None not in waits
