"""A worker process as the supervisor runs it: beats, stops on SIGTERM, and when its supervisor is gone."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.pluginhost.tests.packages import write_plugin

ROOT = Path(__file__).resolve().parents[3]
HOOKS = """from core.api import WorkerSpec, hookimpl

@hookimpl
def register_workers():
    yield WorkerSpec("feed", "Feed", "eyrie_feeder.work:feed", heartbeat=2.0)
    yield WorkerSpec("bad", "Bad", "eyrie_feeder.work:bad")
    yield WorkerSpec("hang", "Hang", "eyrie_feeder.work:hang", heartbeat=0.5)
"""
WORK = """import threading

def feed(context):
    print("begun", flush=True)
    while not context.wait(3600):
        pass
    print("stopped", flush=True)

def bad(context):
    raise ValueError("no feed today")

def hang(context):
    print("begun", flush=True)
    threading.Event().wait()
"""


class Worker:
    """A running worker process and the reading end of its heartbeat."""

    def __init__(self, root: Path, name: str) -> None:
        self.beats, writing = os.pipe()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("EYRIE_")} | {
            "EYRIE_DATA": str(root / "data"),
            "EYRIE_PLUGINS": "feeder",
            "PYTHONPATH": str(root),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "plugin_worker", "feeder", name, "--heartbeat-fd", str(writing)],
            env=environment,
            pass_fds=[writing],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(writing)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_plugin(tmp_path, "feeder", hooks=HOOKS, work=WORK)
    return tmp_path


@pytest.fixture
def worker(site: Path, request: pytest.FixtureRequest) -> Iterator[Worker]:
    running = Worker(site, request.param)
    yield running
    running.end()


@pytest.mark.parametrize("worker", ["feed"], indirect=True)
def test_worker_beats_and_stops_on_sigterm(worker: Worker) -> None:
    assert worker.line() == "begun"
    assert os.read(worker.beats, 1) == b"."
    worker.process.send_signal(signal.SIGTERM)
    assert worker.line() == "stopped"
    assert worker.process.wait(10) == 0
    os.close(worker.beats)


@pytest.mark.parametrize("worker", ["feed"], indirect=True)
def test_worker_ends_when_its_supervisor_is_gone(worker: Worker) -> None:
    assert worker.line() == "begun"
    os.close(worker.beats)
    assert worker.line() == "stopped"
    assert worker.process.wait(10) == 0


@pytest.mark.parametrize("worker", ["bad"], indirect=True)
def test_worker_that_raises_ends_with_1_and_says_why(worker: Worker) -> None:
    _, errors = worker.process.communicate(timeout=30)
    assert worker.process.returncode == 1
    assert "no feed today" in errors
    os.close(worker.beats)


@pytest.mark.parametrize("worker", ["hang"], indirect=True)
def test_hanging_worker_falls_silent(worker: Worker) -> None:
    assert worker.line() == "begun"
    while select.select([worker.beats], [], [], 0)[0]:
        assert os.read(worker.beats, 100)
    silent, _, _ = select.select([worker.beats], [], [], 1.5)
    assert not silent  # three times its heartbeat: the supervisor kills it now
    assert worker.process.poll() is None
    os.close(worker.beats)


def test_unknown_worker_is_refused_listing_the_known(site: Path) -> None:
    running = Worker(site, "nothing")
    _, errors = running.process.communicate(timeout=30)
    os.close(running.beats)
    assert running.process.returncode == 1
    assert "known: feeder.bad, feeder.feed, feeder.hang" in errors
