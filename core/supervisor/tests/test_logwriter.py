"""The one writer of log lines."""

import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from core.media.clock import SystemClock
from core.supervisor.logwriter import LogPipe, LogWriter, prominent, render_text


def _records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_line_carries_its_process_and_no_secret(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        writer = LogWriter(SystemClock(), stream)
        writer.line("web", b'{"level": "ERROR", "message": "rtsp://u:hunter2@h/"}')
        writer.line("recorder-0", b"Segmentation fault\n")
        writer.line("recorder-0", b"")
        writer.emit(logging.LogRecord("eyrie.x", logging.INFO, "", 0, "port %d", (1,), None))
        writer.close()
    web, recorder, own = _records(tmp_path / "log")
    assert (web["process"], web["level"], web["message"]) == ("web", "ERROR", "rtsp://u:***@h/")
    assert (recorder["process"], recorder["message"]) == ("recorder-0", "Segmentation fault")
    assert (own["process"], own["logger"], own["message"]) == ("supervisor", "eyrie.x", "port 1")


def test_text_is_for_a_person() -> None:
    record = {"time": "2026-11-22T10:11:12.123456+00:00", "process": "web", "logger": "a", "message": "b"}
    assert render_text(record | {"level": "INFO"}) == "10:11:12 web            b"
    assert render_text(record | {"level": "ERROR", "exc_info": "T"}) == "10:11:12 web            ERROR b\nT"


def test_a_sentence_stands_out_on_a_terminal_and_is_a_plain_line_elsewhere(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as terminal, (tmp_path / "log").open("w") as file:
        assert prominent("Sign in.", terminal) == "\n    \x1b[1mSign in.\x1b[0m\n\n"
        assert prominent("Sign in.", file) == "Sign in.\n"
    os.close(ours)


def test_a_stream_that_stands_still_blocks_nobody_and_the_loss_is_told() -> None:
    """A full pipe: the writing thread hangs in write(2) as it would on a stopped terminal."""
    read, write = os.pipe()
    os.write(write, b"x" * 65536)
    drained = b""
    with os.fdopen(write, "w") as stream:
        writer = LogWriter(SystemClock(), stream)
        for number in range(12_000):
            writer.line("web", f"line {number}".encode())
        while b'"dropped"' not in drained:
            drained += os.read(read, 65536)
        os.close(read)
        writer.close()


async def test_a_pipe_gives_whole_lines_and_the_last_one_at_its_end(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        writer = LogWriter(SystemClock(), stream)
        end = LogPipe("web", writer).open()
        os.write(end, b"first\nsec")
        await asyncio.sleep(0)
        os.write(end, b"ond\nthird")
        os.close(end)
        async with asyncio.timeout(5):
            while len(_records(tmp_path / "log")) < 3:  # noqa: ASYNC110  # a thread writes the file
                await asyncio.sleep(0.01)
        writer.close()
    assert [record["message"] for record in _records(tmp_path / "log")] == ["first", "second", "third"]


async def test_a_line_without_end_takes_no_memory_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.supervisor.logwriter.MAX_LINE", 100)
    with (tmp_path / "log").open("w") as stream:
        writer = LogWriter(SystemClock(), stream)
        pipe = LogPipe("web", writer)
        end = pipe.open()
        os.write(end, b"x" * 5000)
        os.close(end)
        async with asyncio.timeout(5):
            while sum(len(str(record["message"])) for record in _records(tmp_path / "log")) < 2500:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        writer.close()
