"""Plugin workers under the real supervisor: one that crashes is given up, one that hangs is killed, neither harms."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.rig.processes import ROOT, eventually
from tests.rig.system import RunningSystem

APPS = """
from core.api import PluginConfig, PluginMeta
class Config(PluginConfig):
    meta = PluginMeta(name="troubles", title="Troubles", version="1.0", summary="Its workers crash and hang.")
"""
HOOKS = """
from core.api import WorkerSpec, hookimpl
@hookimpl
def register_workers():
    yield WorkerSpec("crasher", "Crasher", "eyrie_troubles.work:crash", heartbeat=5.0)
    yield WorkerSpec("hanger", "Hanger", "eyrie_troubles.work:hang", heartbeat=1.0)
"""
WORK = """
import os, signal, time
def crash(context):
    context.beat()
    os.kill(os.getpid(), signal.SIGSEGV)
def hang(context):
    context.beat()
    time.sleep(3600)
"""


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    """A system with a plugin whose workers crash and hang."""
    site = tmp_path / "site"
    info = site / "eyrie_troubles-1.0.dist-info"
    package = site / "eyrie_troubles"
    for folder in (info, package):
        folder.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: eyrie-troubles\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[eyrie.plugins]\ntroubles = eyrie_troubles\n")
    for name, text in (("__init__", ""), ("apps", APPS), ("hooks", HOOKS), ("work", WORK)):
        (package / f"{name}.py").write_text(text)
    settings = {
        "EYRIE_PLUGINS": "local_disk,rtsp,troubles",
        "EYRIE_LOG_FORMAT": "json",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(site))),
    }
    found = RunningSystem(tmp_path / "data", settings)
    try:
        yield found.start()
    finally:
        found.stop()


def _messages(system: RunningSystem) -> list[str]:
    lines = system.log.read_text().splitlines()
    return [json.loads(line)["message"] for line in lines if line.startswith("{")]


def _count(system: RunningSystem, beginning: str) -> int:
    return sum(message.startswith(beginning) for message in _messages(system))


def _quarantined(system: RunningSystem) -> bool:
    file = system.data / "run" / "quarantine.json"
    return file.exists() and "troubles:crasher" in file.read_text()


def test_a_worker_that_crashes_is_given_up_and_one_that_hangs_is_killed(system: RunningSystem) -> None:
    eventually(lambda: _count(system, "troubles:crasher ended 6 times within 60 s and is given up"), 60, "given up")
    eventually(lambda: _count(system, "troubles:hanger (process"), 60, "the hanging worker killed")
    assert any("troubles:hanger" in message and "no sign of life" in message for message in _messages(system))
    # The fork server is told so, and writes it down then.
    eventually(lambda: _quarantined(system), 30, "the crashing worker quarantined")
    assert httpx.get(f"{system.url}/api/v1/health/").status_code == httpx.codes.OK
    assert _count(system, "recorder-0 is up") == _count(system, "web is up") == 1

    crashes = _count(system, "troubles:crasher (process")
    assert crashes == 6
    system.stop()
    system.start()
    eventually(lambda: _count(system, "web is up") == 2, 30, "the second start")
    assert _count(system, "troubles:crasher (process") == crashes
