"""Commands to a running park over its socket, by the functions and by the command line."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from plugins.simulator import studio
from plugins.simulator.control import Control, ControlError, ask, socket_path
from plugins.simulator.management.commands import simulator as command
from plugins.simulator.park import Park
from plugins.simulator.studio import Order
from plugins.simulator.testing import SimulatedCamera

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def data(tmp_path: Path, simulator_cache: Path) -> AsyncIterator[Path]:
    park = Park(simulator_cache)
    await park.start(SimulatedCamera("gate", users={"ann": "secret"}))
    control = Control(park, socket_path(tmp_path))
    await control.start()
    yield tmp_path
    await control.stop()
    await park.stop()


async def say(data: Path, command: str, **arguments: Any) -> Any:
    return await asyncio.to_thread(ask, data, command, **arguments)


async def test_list_fault_and_clear(data: Path) -> None:
    (camera,) = await say(data, "list")
    assert camera["name"] == "gate" and camera["fault"] is None and camera["loop_ms"] == 4000
    assert re.fullmatch(r"rtsp://127\.0\.0\.1:\d+/gate/main", camera["urls"]["main"]), "no credentials in a listing"
    await say(data, "fault", name="gate", kind="freeze")
    assert (await say(data, "list"))[0]["fault"] == "freeze"
    await say(data, "clear", name="gate")
    assert (await say(data, "list"))[0]["fault"] is None


async def test_a_file_is_added(data: Path, simulator_cache: Path) -> None:
    file = studio.render(Order("counter", "file", 9, 320, 180, 25, 2), simulator_cache).main
    assert (await say(data, "serve", file=str(file), name="film")).endswith("/film/main")
    with pytest.raises(ControlError, match="cannot be read as a video"):
        await say(data, "serve", file=__file__, name="nothing")


@pytest.mark.parametrize(
    ("command", "arguments", "sentence"),
    [
        ("fault", {"name": "shed", "kind": "drop"}, "'shed' is not in the park; there are: gate"),
        ("fault", {"name": "gate", "kind": "fire"}, "'fire' is no fault; choose one of drop, freeze"),
        ("fault", {"name": "gate"}, "kind: is missing"),
        ("explode", {}, "command: unknown"),
    ],
)
async def test_what_cannot_be_done_is_said(data: Path, command: str, arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises(ControlError, match=re.escape(sentence)):
        await say(data, command, **arguments)


async def test_only_the_owner_may_connect(data: Path) -> None:
    assert stat.S_IMODE(socket_path(data).stat().st_mode) == 0o600


async def test_the_command_line_speaks_to_the_park(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "data_directory", lambda: data)

    def run(*words: str) -> str:
        out = io.StringIO()
        call_command(command.Command(), *words, stdout=out)
        return out.getvalue()

    await asyncio.to_thread(run, "fault", "gate", "jitter", "--seconds", "60")
    assert json.loads(await asyncio.to_thread(run, "list"))[0]["fault"] == "jitter"
    with pytest.raises(CommandError, match="there are: gate"):
        await asyncio.to_thread(run, "clear", "shed")


def test_no_park_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="does not answer"):
        ask(tmp_path, "list")


def test_serve_in_the_foreground(tmp_path: Path, simulator_cache: Path) -> None:
    """`manage.py simulator serve FILE`: prints the address, takes commands, ends at Ctrl-C."""
    file = studio.render(Order("counter", "file", 9, 320, 180, 25, 2), simulator_cache).main
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EYRIE_")}
    environment |= {"EYRIE_DATA": str(tmp_path), "EYRIE_PLUGINS": "simulator"}
    manage = [sys.executable, str(ROOT / "manage.py"), "simulator"]
    options = ["--cameras", "0", "--port", "0", str(file)]
    with subprocess.Popen([*manage, "serve", *options], stdout=subprocess.PIPE, env=environment, text=True) as process:
        try:
            assert process.stdout is not None
            assert "/main/main" in process.stdout.readline()
            assert ask(tmp_path, "list")[0]["source"] == str(file)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()
    assert not socket_path(tmp_path).exists()
