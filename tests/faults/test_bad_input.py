"""Bad input gets one clear sentence, and costs nothing that was recorded."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from plugins.simulator.testing import ParkFace
from tests.rig.arena import Arena, rig_camera
from tests.rig.prepared import prepare
from tests.rig.processes import MANAGE, environment, eventually
from tests.rig.system import RunningSystem, now_ms

PROBE_S = 12.0


def _probe(system: RunningSystem, url: str, **settings: str) -> dict[str, Any]:
    body = {"driver": "rtsp", "settings": {"url": url, **settings}}
    began = time.monotonic()
    answer = system.api.post("cameras/probe/", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - began < PROBE_S
    told: dict[str, Any] = answer.json()
    if not told["ok"]:
        assert told["message"].endswith("."), f"no sentence: {told['message']!r}"
    return told


def test_an_address_without_scheme_is_refused_at_its_field(running_system: RunningSystem) -> None:
    body = {"name": "no scheme", "driver": "rtsp", "settings": {"url": "10.0.0.5/stream"}}
    answer = running_system.api.post("cameras/", json=body)
    assert answer.status_code == 400
    sentences = answer.json()["settings.url"]
    assert len(sentences) == 1
    assert "rtsp://" in sentences[0]


@contextmanager
def black_hole() -> Iterator[int]:
    """A port whose SYNs the kernel drops unanswered, as a firewall does: its backlog is full. Proves that it is."""
    with ExitStack() as held:
        door = held.enter_context(socket.socket())
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(8):
            knock = held.enter_context(socket.socket())
            knock.settimeout(0.5)
            try:
                knock.connect(door.getsockname())
            except TimeoutError:
                break
        else:
            pytest.fail("the kernel still takes connections beyond the backlog: this is no black hole")
        yield door.getsockname()[1]


def test_hosts_that_never_answer_and_that_drop_every_packet(running_system: RunningSystem) -> None:
    with black_hole() as hole, socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(2) as both:
        ports = hole, silent.getsockname()[1]
        dropped, unanswered = both.map(lambda port: _probe(running_system, f"rtsp://127.0.0.1:{port}/stream"), ports)
    assert (dropped["ok"], dropped["fault"], dropped["field"]) == (False, "address", "settings.url")
    assert f"did not answer on port {hole}" in dropped["message"]
    assert (unanswered["ok"], unanswered["fault"], unanswered["field"]) == (False, "timeout", "settings.url")


def test_a_closed_port(running_system: RunningSystem) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    told = _probe(running_system, f"rtsp://127.0.0.1:{port}/stream")
    assert (told["ok"], told["fault"], told["field"]) == (False, "port", "settings.url")


def test_a_server_of_another_kind(running_system: RunningSystem) -> None:
    told = _probe(running_system, f"rtsp://127.0.0.1:{running_system.port}/stream")
    assert told["ok"] is False
    assert told["fault"] in ("port", "protocol")


def test_a_path_that_is_no_video_and_a_wrong_password(
    running_system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    park = simulator(rig_camera("gate", users={"viewer": "right"}))
    base = park.url("gate", credentials=False)
    told = _probe(running_system, base.replace("/gate/main", "/nothing"), username="viewer", password="right")  # noqa: S106
    assert (told["ok"], told["fault"], told["field"]) == (False, "path", "settings.url")
    told = _probe(running_system, base, username="viewer", password="wr0ng")  # noqa: S106
    assert (told["ok"], told["fault"]) == (False, "credentials")
    assert "wr0ng" not in told["message"]
    told = _probe(running_system, base, username="viewer", password="right")  # noqa: S106
    assert told["ok"] is True
    assert told["streams"][0]["codec"] == "h264"


@contextmanager
def small_disk(place: Path, megabytes: int, *options: str) -> Iterator[Path]:
    """A file system of its own, in memory."""
    place.mkdir(parents=True, exist_ok=True)
    option = ",".join([f"size={megabytes}m", *options])
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", option, "eyrie-test", str(place)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip(f"NO SMALL DISK: mount needs root ({done.stderr.decode().strip()}), so a full disk was not tried")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_costs_only_what_does_not_fit(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    system = new_system()
    camera = rig_camera("full", width=640, height=360)
    park = simulator(camera)
    with small_disk(system.data / "recordings", 40) as disk:
        system.start()
        system.run("shell", "--no-imports", "-c", _NO_RESERVE)
        arena = Arena.begin(system, simulator_cache, [(camera, park.url("full"))])
        number = next(iter(arena.cameras))
        before = arena.sizes()
        arena.growing(before)
        ballast = disk / "ballast"
        _fill(ballast)
        eventually(lambda: _gap(system, number) == "disk_full", 30, "a gap that says disk_full", 0.3)
        assert system.healthy()
        ballast.unlink()
        freed_ms = now_ms()
        for _ in range(2):  # the second time it is more than a try that the full disk had cut off
            arena.growing(arena.sizes(), 30)
        time.sleep(3)
        ended_ms = now_ms()
        system.stop()
        found = arena.presence(number)
        assert found.broken == []
        assert arena.undecodable() == []
        assert found.holes(ended_ms - 2500, ended_ms - 1200) == [], "not recorded again after space was freed"
        assert freed_ms < ended_ms
        system.run("fsck")


_NO_RESERVE = "from core.recording.models import Volume; Volume.objects.update(reserve_bytes=0)"


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            os.sync()


def _gap(system: RunningSystem, camera: int) -> str:
    now = now_ms()
    gaps = system.timeline(camera, now - 60_000, now)["gaps"]
    return str(gaps[-1]["reason"]) if gaps else ""


def test_a_read_only_data_directory_is_told_in_one_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", 8) as data:
        prepare(data)
        subprocess.run(["mount", "-o", "remount,ro", str(data)], check=True)
        done = subprocess.run(
            [sys.executable, str(MANAGE), "serve"],
            env=environment(data, {"EYRIE_PLUGINS": "local_disk,rtsp"}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode in (1, 2)
    lines = [line for line in done.stderr.splitlines() + done.stdout.splitlines() if line.strip()]
    assert "Traceback" not in done.stderr
    assert any("read-only" in line.lower() or "written" in line.lower() for line in lines), lines
