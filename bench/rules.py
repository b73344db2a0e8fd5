"""How soon rules act, and whether any event is lost when there are many: a whole Eyrie on the embedded default, events
sent over REST, calls received by a server of the bench's own.

First one event after the other: *decided* is from an event's start (its arrival at the REST interface) to the rule's
decision, as both are stored, in ms; *delivered* is to the arrival of the webhook at the receiver. Then 10,000 a minute
(`--quick`: as fast, for 15 s) while RULES rules are on: one calls for every tenth event, the others match a part of
them and cool down. Nothing is lost when every match of every rule is accounted for, as fired or as held back, which the
bench works out by itself from what it sent; and when every call that was due has arrived.

The targets: decided p95 < 100 ms, delivered p95 < 1 s, 10,000 events a minute with 200 rules without loss.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import harness

from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms

TYPE, CALLS = "external.load", "calls"
RULES, PARTS, CALLED_EVERY = 200, 50, 10
PER_MINUTE, BATCH, SENDERS = 10_000, 10, 2
SETTLE_S = 120.0


class Receiver(ThreadingHTTPServer):
    """Notes when the call about each event arrived, UTC ms."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrived: dict[int, int] = {}
        self.calls = 0


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        arrived = now_ms()
        number = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["number"]
        self.server.arrived.setdefault(number, arrived)
        self.server.calls += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def prepare(system: RunningSystem) -> None:
    networks = {"values": {"networks": ["127.0.0.0/8"]}}
    system.api.put("plugins/webhook/settings/", json=networks).raise_for_status()
    attributes = [
        {"name": "number", "kind": "number", "required": True},
        {"name": "part", "kind": "number", "required": True},
        {"name": "called", "kind": "boolean", "required": True},
    ]
    kind = {"name": TYPE, "title": "Load", "attributes": attributes}
    system.api.post("events/types/", json=kind).raise_for_status()


def add_rule(system: RunningSystem, name: str, url: str, field: str, value: Any, **more: Any) -> None:
    call = {"name": "webhook", "settings": {"url": url, "body": '{"number": {{ event.attributes.number | json }}}'}}
    condition = {"field": f"attributes.{field}", "op": "eq", "value": value}
    definition = {"types": [TYPE], "condition": condition, "actions": [call], "most_per_minute": 10_000} | more
    system.api.post("rules/", json={"name": name, "definition": definition}).raise_for_status()


def send(system: RunningSystem, numbers: list[int], *, called: bool | None = None) -> None:
    """Events of these numbers; every CALLED_EVERYth asks for a call where that is not said otherwise."""
    events = [
        {
            "type": TYPE,
            "key": str(number),
            "attributes": {
                "number": number,
                "part": number % PARTS,
                "called": number % CALLED_EVERY == 0 if called is None else called,
            },
        }
        for number in numbers
    ]
    answer = system.api.post("events/", json={"events": events}).raise_for_status().json()
    if not all(one["created"] for one in answer["results"]):
        raise SystemExit(f"an event was refused: {answer}")


def rows(system: RunningSystem, query: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(f"file:{system.data / 'eyrie.sqlite3'}?mode=ro", uri=True, timeout=20)) as database:
        return database.execute(query, values).fetchall()


def settled(system: RunningSystem) -> bool:
    """Nothing is left to decide about or to deliver."""
    pending = rows(system, "select count(*) from events_storedevent where pending")[0][0]
    under_way = "select count(*) from rules_delivery where state in ('waiting', 'queued', 'running')"
    return not pending and not rows(system, under_way)[0][0]


def latencies(system: RunningSystem, server: Receiver, first: int) -> tuple[list[int], list[int]]:
    """Of the events from this number on that asked for a call: until decided, until delivered, ms."""
    query = (
        "select json_extract(e.attributes, '$.number'), e.start_ms, f.at_ms from rules_firing f "
        "join events_storedevent e on e.id = f.event_id where f.rule_name = ?"
    )
    found = [(int(number), start, at) for number, start, at in rows(system, query, CALLS) if number >= first]
    decided = [at - start for _, start, at in found]
    return decided, [server.arrived[number] - start for number, start, _ in found if number in server.arrived]


def one_by_one(system: RunningSystem, count: int) -> None:
    for number in range(count):
        send(system, [number], called=True)
        time.sleep(0.1)  # a pace, not a wait
    eventually(lambda: settled(system), SETTLE_S, "the single events are delivered")


def storm(system: RunningSystem, first: int, count: int) -> tuple[float, float]:
    """Send at the pace of PER_MINUTE; seconds until all are sent, and until all is delivered."""
    began = time.monotonic()
    apart = BATCH * 60 / PER_MINUTE

    def sender(which: int) -> None:
        for batch in range(which, count // BATCH, SENDERS):
            time.sleep(max(0.0, began + batch * apart - time.monotonic()))  # a pace, not a wait
            send(system, list(range(first + batch * BATCH, first + (batch + 1) * BATCH)))

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(sender, range(SENDERS)))
    sent = time.monotonic() - began
    eventually(lambda: settled(system), SETTLE_S, "the storm is delivered")
    return sent, time.monotonic() - began


def unaccounted(system: RunningSystem, first: int, count: int) -> int:
    """Matches that neither fired nor were held back, and those too many, over all rules."""
    query = "select rule_name, count(*) + sum(held_back) from rules_firing group by rule_name"
    found = dict(rows(system, query))
    due = {f"part {rule}": len(range(*_numbers(first, count, rule % PARTS, PARTS))) for rule in range(RULES - 1)}
    due[CALLS] = first + len(range(*_numbers(first, count, 0, CALLED_EVERY)))  # each single one asked for a call
    return sum(abs(found.get(name, 0) - wanted) for name, wanted in due.items())


def _numbers(first: int, count: int, rest: int, every: int) -> tuple[int, int, int]:
    """A range of the numbers from `first` on that leave `rest`."""
    return first + (rest - first) % every, first + count, every


def run(system: RunningSystem, server: Receiver, report: harness.Report, *, singles: int, count: int) -> None:
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    prepare(system)
    add_rule(system, CALLS, url, "called", True)
    one_by_one(system, singles)
    alone = latencies(system, server, 0)
    server.arrived.clear()
    for rule in range(RULES - 1):
        add_rule(system, f"part {rule}", url, "part", rule % PARTS, cool_down_seconds=86_400)
    before = harness.usage([system.members("worker")[0].pid])
    sent_s, done_s = storm(system, singles, count)
    after = harness.usage([system.members("worker")[0].pid])
    busy = latencies(system, server, singles)
    states = dict(rows(system, "select state, count(*) from rules_delivery group by state"))
    report.figures = {
        "decided_p50_ms": harness.percentile(alone[0], 0.5),
        "decided_p95_ms": harness.percentile(alone[0], 0.95),
        "delivered_p50_ms": harness.percentile(alone[1], 0.5),
        "delivered_p95_ms": harness.percentile(alone[1], 0.95),
        "storm_events": count,
        "storm_rules": RULES,
        "storm_sent_s": round(sent_s, 1),
        "storm_done_s": round(done_s, 1),
        "storm_decided_p95_ms": harness.percentile(busy[0], 0.95),
        "storm_delivered_p95_ms": harness.percentile(busy[1], 0.95),
        "storm_unaccounted": unaccounted(system, singles, count),
        "storm_calls": len(busy[1]),
        "deliveries": states,
        "worker_cpu_share": round((after.cpu_s - before.cpu_s) / done_s, 2),
        "worker_pss_mb": after.pss // harness.MB,
    }


def main() -> None:
    options = harness.arguments(__doc__ or "").parse_args()
    singles, count = (50, PER_MINUTE // 4) if options.quick else (200, PER_MINUTE)
    report = harness.begin("rules", now_ms(), singles=singles, storm=count, rules=RULES, plugins="local_disk,webhook")
    folder = Path(tempfile.mkdtemp(prefix="bench-rules-"))
    system = RunningSystem(folder / "data", {"EYRIE_PLUGINS": "local_disk,webhook"})
    try:
        with receiver() as server:
            run(system.start(), server, report, singles=singles, count=count)
    finally:
        system.stop()
        shutil.rmtree(folder, ignore_errors=True)
    harness.table(("figure", "value"), report.figures.items())
    report.write(options.json)


if __name__ == "__main__":
    main()
