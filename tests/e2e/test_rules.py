"""From an event to a call that arrives: a whole system, a real HTTP server, and the worker killed in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.rig.processes import eventually
from tests.rig.receiver import Receiver
from tests.rig.system import RunningSystem

SOON = 40.0


@pytest.fixture
def system(new_system: Callable[..., RunningSystem]) -> RunningSystem:
    found = new_system(EYRIE_PLUGINS="local_disk,webhook").start()
    own = {"values": {"networks": ["127.0.0.0/8"]}}
    found.api.put("plugins/webhook/settings/", json=own).raise_for_status()
    return found


def add_rule(system: RunningSystem, receiver: Receiver, **changes: Any) -> int:
    body = '{"id": {{ event.id }}, "title": {{ event.attributes.title | json }}, "link": {{ link | json }}}'
    action = {"name": "webhook", "settings": {"url": receiver.url, "body": body}}
    definition = {"types": ["external.event"], "actions": [action]} | changes
    answer = system.api.post("rules/", json={"name": "Call", "definition": definition})
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def send(system: RunningSystem, title: str) -> int:
    answer = system.api.post("events/", json={"attributes": {"title": title}, "key": title})
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def outcome(system: RunningSystem, event: int) -> list[tuple[str, int]]:
    rows = system.api.get("deliveries/", params={"event": event}).raise_for_status().json()["results"]
    return [(row["state"], row["attempts"]) for row in rows]


def test_an_event_of_another_system_calls_a_third(system: RunningSystem, receiver: Receiver) -> None:
    condition = {"field": "attributes.title", "op": "matches", "value": "bell*"}
    rule = add_rule(system, receiver, condition=condition)
    ignored, event = send(system, "Horn"), send(system, 'Bell "1"')
    eventually(lambda: outcome(system, event) == [("done", 1)], SOON, "the call is delivered")
    assert receiver.calls == [{"id": event, "title": 'Bell "1"', "link": f"{system.url}/events/{event}/"}]
    assert outcome(system, ignored) == []
    shown = system.api.get(f"rules/{rule}/").json()
    assert (shown["fired"], shown["problems"]) == (1, [])
    receiver.answers = [500]
    failing = send(system, "Bell 2")
    eventually(lambda: outcome(system, failing) == [("done", 2)], SOON, "the call is tried again")
    assert receiver.keys[1] == receiver.keys[2] != receiver.keys[0]


def test_a_killed_worker_loses_nothing_and_repeats_with_the_same_key(system: RunningSystem, receiver: Receiver) -> None:
    add_rule(system, receiver)
    receiver.hold.clear()
    event = send(system, "in flight")
    eventually(lambda: receiver.calls, SOON, "the call is under way")
    (worker,) = system.members("worker")
    worker.kill()
    missed = [send(system, f"while it is away {number}") for number in range(3)]
    receiver.hold.set()
    events = [event, *missed]
    done = lambda: all(state == "done" for one in events for state, _ in outcome(system, one) or [("", 0)])  # noqa: E731
    eventually(done, SOON, "all is delivered by the next worker")
    assert [outcome(system, one) for one in missed] == [[("done", 1)]] * 3
    assert outcome(system, event) == [("done", 2)]
    keys = dict.fromkeys(receiver.keys)
    assert len(keys) == 4
    assert len(receiver.keys) == 5


def test_a_storm_loses_nothing_and_what_is_held_back_is_said(system: RunningSystem, receiver: Receiver) -> None:
    most, count = 30, 600
    rule = add_rule(system, receiver, most_per_minute=most)
    for first in range(0, count, 200):
        events = [{"attributes": {"title": "Alarm"}, "key": str(number)} for number in range(first, first + 200)]
        taken = system.api.post("events/", json={"events": events}).raise_for_status().json()["results"]
        assert all(one["created"] for one in taken)

    def deliveries() -> list[dict[str, Any]]:
        query = {"rule": rule, "page_size": 1000}
        found: list[dict[str, Any]] = system.api.get("deliveries/", params=query).raise_for_status().json()["results"]
        return found

    def accounted() -> bool:
        found = deliveries()
        done = all(one["state"] == "done" for one in found)
        return done and len(found) + sum(one["held_back"] for one in found) == count

    eventually(accounted, SOON, "every event is acted on or counted as held back", 0.3)
    assert most <= len(deliveries()) < count
    assert len({call["id"] for call in receiver.calls}) == len(deliveries())
    [told] = system.api.get("events/", params={"type": "rules.held_back"}).raise_for_status().json()["results"]
    assert told["attributes"] == {"rule": "Call", "reason": "throttled"}
