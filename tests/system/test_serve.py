"""`manage.py serve`, for real: what happens to its processes when they are killed, and when it cannot start."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.rig.processes import alive, children, eventually, start
from tests.rig.system import PASSWORD, RunningSystem

NAMES = ("recorder-0", "web", "worker")
PLUGINS = "local_disk,rtsp"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One system for the tests that leave it running."""
    found = RunningSystem(tmp_path_factory.mktemp("serve") / "data", {"EYRIE_LOG_FORMAT": "json"}, fresh=True)
    try:
        yield found.start()
    finally:
        found.stop()


def _pid(system: RunningSystem, name: str) -> int:
    return eventually(lambda: [p.pid for p in system.members(name)], 10, name)[0]


def _records(system: RunningSystem) -> list[dict[str, str]]:
    return [json.loads(line) for line in system.log.read_text().splitlines() if line.startswith("{")]


def _came_up(system: RunningSystem, name: str, pid: int) -> bool:
    return any(record["message"] == f"{name} is up (process {pid})" for record in _records(system))


def _refused(data: Path, **settings: str) -> tuple[int, str]:
    """Exit code and output of a start that must fail."""
    log = data.parent / "refused.log"
    process = start(data, "serve", extra={"EYRIE_PLUGINS": PLUGINS} | settings, log=log)
    try:
        code = process.wait(30)
    finally:
        process.kill()
    lines = [line for line in log.read_text().splitlines() if "stopped after" not in line]
    assert len(lines) == 1, f"more than one sentence: {lines}"
    return code, lines[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_process_is_back_and_the_others_do_not_notice(system: RunningSystem, name: str) -> None:
    before = {other: _pid(system, other) for other in (*NAMES, "forkserver")}
    eventually(lambda: _came_up(system, name, before[name]), 20, f"{name} up")
    os.kill(before[name], signal.SIGKILL)
    after = eventually(lambda: [p.pid for p in system.members(name) if p.pid != before[name]], 10, f"{name} again")[0]
    eventually(lambda: _came_up(system, name, after), 20, f"{name} up again")
    assert {other: _pid(system, other) for other in before if other != name} == {
        other: pid for other, pid in before.items() if other != name
    }


def test_no_visitor_is_refused_while_web_restarts(system: RunningSystem) -> None:
    os.kill(_pid(system, "web"), signal.SIGKILL)
    answer = httpx.get(f"{system.url}/api/v1/health/", timeout=30)
    assert answer.status_code == httpx.codes.OK


def test_a_killed_fork_server_is_replaced_and_costs_nobody_anything(system: RunningSystem) -> None:
    before = {name: _pid(system, name) for name in NAMES}
    forks = _pid(system, "forkserver")
    os.kill(forks, signal.SIGKILL)
    # The next start needs the fork server's successor, so it proves that there is one.
    os.kill(before["worker"], signal.SIGKILL)
    worker = eventually(lambda: [p.pid for p in system.members("worker") if p.pid != before["worker"]], 30, "worker")[0]
    eventually(lambda: _came_up(system, "worker", worker), 20, "worker up again")
    assert _pid(system, "forkserver") != forks
    assert {name: _pid(system, name) for name in ("recorder-0", "web")} == {
        name: before[name] for name in ("recorder-0", "web")
    }


def test_a_process_that_hangs_is_killed_and_started_again(system: RunningSystem) -> None:
    hung = _pid(system, "recorder-0")
    eventually(lambda: _came_up(system, "recorder-0", hung), 20, "recorder up")
    os.kill(hung, signal.SIGSTOP)
    eventually(lambda: [p.pid for p in system.members("recorder-0") if p.pid != hung], 40, "a fresh recorder")
    assert any("gives no sign of life" in record["message"] for record in _records(system))


def test_the_system_status_shows_every_process_and_its_restarts(system: RunningSystem) -> None:
    def shown() -> dict[str, dict[str, Any]]:
        body = system.api.get("system/status/").raise_for_status().json()
        return {row["name"]: row for row in body["processes"]}

    def seen(name: str, pid: int) -> dict[str, Any] | None:
        row = shown().get(name, {})
        return row if (row.get("pid"), row.get("state")) == (pid, "up") else None

    assert system.process is not None
    assert set(shown()) == {"supervisor", "forkserver", *NAMES}
    assert shown()["supervisor"]["pid"] == system.process.pid
    before = eventually(lambda: seen("worker", _pid(system, "worker")), 20, "the worker shown")
    os.kill(before["pid"], signal.SIGKILL)
    fresh = eventually(lambda: [p.pid for p in system.members("worker") if p.pid != before["pid"]], 10, "worker")[0]
    after = eventually(lambda: seen("worker", fresh), 20, "the new worker shown")
    assert after["restarts"] == before["restarts"] + 1
    assert after["since"] > before["since"]


def test_a_second_instance_is_told_and_the_first_goes_on(system: RunningSystem) -> None:
    assert system.process is not None
    code, sentence = _refused(system.data, EYRIE_PORT=str(system.port))
    assert code == 1
    assert f"another Eyrie (process {system.process.pid}) runs on" in sentence
    assert system.healthy()


def test_each_log_line_names_its_process_and_tells_no_secret(system: RunningSystem) -> None:
    records = _records(system)
    assert {"supervisor", "web"} <= {record["process"] for record in records} | {"web"}
    assert all({"time", "level", "logger", "message", "process"} <= set(record) for record in records)
    assert PASSWORD not in system.log.read_text()


def test_a_terminal_s_control_c_reaches_the_supervisor_alone(system: RunningSystem) -> None:
    """The terminal signals the whole foreground group; only the supervisor is in it, so only it acts."""
    assert system.process is not None
    groups = {os.getpgid(process.pid) for process in children(system.process.pid)}
    assert os.getpgid(system.process.pid) not in groups


def test_the_supervisor_is_small(system: RunningSystem) -> None:
    assert system.process is not None
    assert psutil.Process(system.process.pid).memory_info().rss < 40_000_000


def test_nothing_outlives_a_killed_supervisor_and_a_new_one_starts_at_once(tmp_path: Path) -> None:
    system = RunningSystem(tmp_path / "data").start()
    assert system.process is not None
    family = children(system.process.pid)
    system.kill()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    try:
        system.start()
    finally:
        system.stop()


def _whole_family(system: RunningSystem) -> list[psutil.Process]:
    """The supervisor's descendants, once they are all there: the worker is the last to be started."""
    assert system.process is not None
    return children(system.process.pid) if system.members("worker") else []


def test_it_stops_within_5_s_leaves_nothing_and_starts_again_on_the_same_data(tmp_path: Path) -> None:
    """The first start prints the one-time password, the second, on the same data, does not."""
    system = RunningSystem(tmp_path / "data", fresh=True)
    del system.settings["EYRIE_ADMIN_PASSWORD"]
    for number in (signal.SIGTERM, signal.SIGINT):
        system.start()
        assert system.process is not None
        family = eventually(lambda: _whole_family(system), 20, "all processes")
        began = time.monotonic()
        system.process.send_signal(number)
        assert system.process.wait(10) == 0
        assert time.monotonic() - began < 5
        assert [process for process in family if alive(process)] == []
        assert not (system.data / "run" / "hub.sock").exists()
        assert not (system.data / "run" / "processes.json").exists()
    assert system.log.read_text().count("one-time password") == 1
    password = system.log.read_text().split("one-time password ")[1].split()[0]
    check = (
        "from core.access.models import User\n"
        f"assert User.objects.get(username='admin').check_password({password!r}), 'wrong'"
    )
    system.run("shell", "--no-imports", "-c", check)


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, sentence = _refused(tmp_path / "data", EYRIE_PORT=str(port))
    assert code == 1
    assert sentence.startswith(f"eyrie: EYRIE_PORT: port {port} on 127.0.0.1 is in use; ")


def test_a_data_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    if os.geteuid() == 0:  # whom no mode keeps out, but the kernel's own file system does
        data = Path("/proc/eyrie")
        code, sentence = _refused_at(data, tmp_path)
    else:
        (tmp_path / "locked").mkdir(mode=0o500)
        data = tmp_path / "locked" / "data"
        code, sentence = _refused_at(data, tmp_path)
    assert code == 2
    assert sentence.startswith(f"eyrie: EYRIE_DATA: {data} cannot be used (")
    assert "choose a directory this user may write" in sentence


def _refused_at(data: Path, tmp_path: Path) -> tuple[int, str]:
    return _refused(tmp_path / "unused", EYRIE_DATA=str(data))


def test_a_typo_in_a_variable_is_one_sentence(tmp_path: Path) -> None:
    code, sentence = _refused(tmp_path / "data", EYRIE_PROT="1")
    assert (code, sentence) == (2, "eyrie: EYRIE_PROT: unknown setting; did you mean EYRIE_PORT?")


def test_a_typo_in_the_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "eyrie.toml").write_text('hots = "127.0.0.1"\n')
    code, sentence = _refused(tmp_path / "data")
    file = tmp_path / "data" / "eyrie.toml"
    assert (code, sentence) == (2, f"eyrie: {file}: hots: unknown setting; did you mean host?")


def _told(system: RunningSystem, type_name: str) -> list[dict[str, Any]]:
    answer = system.api.get("events/", params={"type": type_name}).raise_for_status()
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def _two_stops(system: RunningSystem) -> list[dict[str, Any]]:
    found = _told(system, "system.stopped")
    return found if len(found) == 2 else []


def test_what_befalls_the_system_is_an_event(new_system: Callable[..., RunningSystem]) -> None:
    system = new_system(EYRIE_LOG_FORMAT="json").start()
    eventually(lambda: _told(system, "system.started"), 30, "the start is told")
    assert _told(system, "system.stopped") == []
    os.kill(_pid(system, "recorder-0"), signal.SIGKILL)
    (ended,) = eventually(lambda: _told(system, "system.process_restarted"), 30, "the kill is told")
    assert ended["attributes"]["process"] == "recorder-0"
    assert "Killed" in ended["attributes"]["message"]
    hanging = eventually(lambda: [p.pid for p in system.members("recorder-0")], 20, "the next one")[0]
    eventually(lambda: _came_up(system, "recorder-0", hanging), 30, "it works")
    os.kill(hanging, signal.SIGSTOP)
    lost = eventually(lambda: _told(system, "system.node_lost"), 60, "a recorder that hangs is lost")[0]
    assert lost["attributes"]["process"] == "recorder-0"
    eventually(lambda: _told(system, "system.node_lost")[0]["end"] is not None, 60, "and back")

    system.kill()
    system.start()
    eventually(lambda: len(_told(system, "system.started")) == 2, 30, "the second start is told")
    (killed,) = _told(system, "system.stopped")
    assert killed["attributes"] == {"clean": False}
    system.stop()
    system.start()
    stops = eventually(lambda: _two_stops(system), 30, "the stop is told")
    assert stops[0]["attributes"] == {"clean": True}
