"""The audit log of a running Eyrie reaches a syslog server whole, whoever is killed; who edits its file is found."""

from __future__ import annotations

import json
import signal
import sqlite3
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from core.testing.certificates import self_signed
from plugins.audit.tests.collector import Collector, collecting, parsed
from plugins.simulator.testing import SimulatedCamera, running_park
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # it waits for the minute in which a sink is tried again
PATIENCE = 90.0
CAMERA = {"driver": "rtsp", "settings": {"url": "rtsp://127.0.0.1:1/x"}, "enabled": False}


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    running = RunningSystem(tmp_path / "data", {"EYRIE_PLUGINS": "local_disk,rtsp,audit"})
    try:
        yield running.start()
    finally:
        running.stop()


def added(system: RunningSystem, *names: str) -> None:
    for name in names:
        system.api.post("cameras/", json={"name": name, **CAMERA}).raise_for_status()


def names(server: Collector) -> list[str]:
    """The cameras whose adding the server was told, each once, in order."""
    records = [json.loads(parsed(one)["said"]) for one in list(server.messages)]
    found = [one["detail"]["after"]["name"] for one in records if one.get("action") == "camera.add"]
    return list(dict.fromkeys(found))


def test_nothing_is_lost_on_the_way_to_syslog(system: RunningSystem, tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = self_signed(tmp_path)
    tls.load_cert_chain(certificate, key)
    with collecting(tls) as server:
        values = {"syslog_host": "localhost", "syslog_port": server.port, "syslog_ca": certificate.read_text()}
        system.api.put("plugins/audit/settings/", json={"values": values}).raise_for_status()
        added(system, "one")
        eventually(lambda: names(server) == ["one"], PATIENCE, "the first entry")
        system.members("worker")[0].send_signal(signal.SIGKILL)
        added(system, "two", "three")
        eventually(lambda: names(server) == ["one", "two", "three"], PATIENCE, "what was done without a worker")
        port = server.port
    added(system, "four")
    state = "plugins/audit/state/"
    eventually(lambda: system.api.get(state).json()["sinks"][0]["error"], PATIENCE, "the sink's trouble told")
    system.kill()
    system.stop()
    with collecting(tls, port) as server:
        system.start()
        added(system, "five")
        eventually(lambda: names(server) == ["four", "five"], PATIENCE, "what was not sent before the kill")
    assert "Nothing is wrong" in system.run("audit", "verify")
    system.stop()
    with sqlite3.connect(system.data / "eyrie.sqlite3") as database:
        database.execute("update system_auditrow set actor = 'nobody' where action = 'camera.add'")
    with pytest.raises(Exception, match="was altered"):
        system.run("audit", "verify")


def test_what_was_watched_survives_a_killed_web(system: RunningSystem, simulator_cache: Path) -> None:
    with running_park(simulator_cache, SimulatedCamera("gate", seed=11)) as park:
        camera = system.add_camera("Gate", park.url("gate"))
        system.wait_recording(camera, 60)
        cookies = "; ".join(f"{name}={value}" for name, value in system.api.cookies.items())
        address = f"{system.url.replace('http', 'ws', 1)}/ws/v1/cameras/{camera}/live/"
        with connect(address, additional_headers={"Cookie": cookies}, max_size=None) as viewer:
            for _ in range(50):
                viewer.recv(timeout=30)
            eventually(lambda: rows(system, "select count(*) from viewings_viewing"), PATIENCE, "the session kept")
            system.members("web")[0].send_signal(signal.SIGKILL)
        query = {"action": "camera.live", "camera": str(camera)}
        entries = "plugins/audit/entries/"

        def told() -> list[dict[str, object]]:
            answer = system.api.get(entries, params=query) if system.healthy() else None
            return [one["after"] for one in answer.json()["results"]] if answer is not None else []

        (session,) = eventually(told, 150, "the session's entry")
        assert session["camera"] == "Gate"
        assert str(session["from"]) <= str(session["to"])
        assert rows(system, "select count(*) from viewings_viewing") == 0


def rows(system: RunningSystem, question: str) -> int:
    with sqlite3.connect(f"file:{system.data / 'eyrie.sqlite3'}?mode=ro", uri=True) as database:
        found: int = database.execute(question).fetchone()[0]
        return found
