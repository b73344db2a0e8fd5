"""The whole system with Redis in place of the hub and the queue's file: the same code, one setting."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from core.configuration import load
from core.tasks.queue import make_queue
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, free_port

RECORD = "from core.events.services import record; record({type!r}, None, {at})"
NOW = 1_780_000_000_000


class Server:
    """A Redis of this test's own, on a free port, that writes nothing to disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        eventually(self.answers, 20, "redis-server")

    def answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("NO REDIS: redis-server is not installed, so nothing was tried on it")
    found = Server(tmp_path_factory.mktemp("redis"))
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def system(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    found = RunningSystem(tmp_path_factory.mktemp("on-redis") / "data", {"EYRIE_REDIS_URL": server.url})
    try:
        yield found.start()
    finally:
        found.stop()


@contextmanager
def _listening(system: RunningSystem) -> Iterator[ClientConnection]:
    cookies = "; ".join(f"{name}={value}" for name, value in system.api.cookies.items())
    url = f"{system.url.replace('http', 'ws')}/ws/v1/"
    with connect(url, origin=Origin(system.url), additional_headers={"Cookie": cookies}) as socket:
        socket.send(json.dumps({"op": "subscribe", "topic": "events.recorded"}))
        assert json.loads(socket.recv(20))["op"] == "subscribed"
        yield socket


def _heard(socket: ClientConnection, at_ms: int) -> dict[str, Any]:
    """The event of that time; others, such as the system's own, may come before it."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(20))["message"]
        if message["start_ms"] == at_ms:
            return message


def _record(system: RunningSystem, at_ms: int) -> None:
    system.run("shell", "--no-imports", "-c", RECORD.format(type="system.started", at=at_ms))


def test_an_event_of_another_process_reaches_a_browser(system: RunningSystem) -> None:
    with _listening(system) as socket:
        _record(system, NOW)
        assert _heard(socket, NOW)["type"] == "system.started"


def test_the_worker_takes_its_tasks_from_redis(system: RunningSystem, server: Server) -> None:
    eventually(lambda: _worker_is_up(system), 30, "the worker")
    queue = make_queue(load({"EYRIE_DATA": str(system.data), "EYRIE_REDIS_URL": server.url}))
    system.run("shell", "--no-imports", "-c", "from core.recording.tasks import make_room; make_room()")
    eventually(lambda: queue.pending_count() == 0, 20, "the task taken")
    assert not (system.data / "queue.sqlite3").exists()


def _worker_is_up(system: RunningSystem) -> bool:
    rows = system.api.get("system/status/").raise_for_status().json()["processes"]
    return any(row["name"] == "worker" and row["state"] == "up" for row in rows)


def test_without_redis_events_are_kept_and_with_it_again_they_are_told(system: RunningSystem, server: Server) -> None:
    """A message may be lost, as over the hub; the event itself, and the process that records it, may not."""
    server.kill()
    _record(system, NOW + 1)
    rows = system.api.get("events/", params={"type": "system.started"}).raise_for_status().json()["results"]
    assert "2026-05-28T20:26:40.001Z" in {row["start"] for row in rows}
    server.start()
    eventually(lambda: _is_told(system), 30, "events told again")


def _is_told(system: RunningSystem) -> bool:
    """The page connects again by itself when its socket is cut; so does this."""
    try:
        with _listening(system) as socket:
            _record(system, NOW + 2)
            return bool(_heard(socket, NOW + 2))
    except (TimeoutError, ConnectionClosed):
        return False
