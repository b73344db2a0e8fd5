"""The one writer of log lines: what all processes write to their pipes, with their names, to standard error for whoever
started Eyrie, and to files for the portal (core.supervisor.logfile).

A thread writes, so that a terminal that stands still (Ctrl-S) or a full pipe never holds up the supervisor, nor, by
their pipes, the recorders; lines that find no room are counted and dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

from core.masking import mask, mask_values
from core.media.clock import Clock
from core.supervisor.logfile import LogFile

MAX_LINES = 10_000
MAX_LINE = 64 * 1024
EARLY = 500
"""Records kept until it is known where the log lies: what is wrong with a plugin is told that early."""
Renderer = Callable[[dict[str, Any]], str]


def render_json(record: dict[str, Any]) -> str:
    """A record as one JSON object."""
    return json.dumps(mask_values(record), default=str, ensure_ascii=False)


def render_text(record: dict[str, Any]) -> str:
    """A record for a person: time, process, level unless it is a mere note, message, and below it a traceback."""
    time, level = str(record.get("time", ""))[11:19], record.get("level", "INFO")
    notable = "" if level == "INFO" else f"{level} "
    lines = [f"{time} {record.get('process', ''):<14} {notable}{record.get('message', '')}"]
    lines += [str(record[key]) for key in ("exc_info", "stack_info") if record.get(key)]
    return mask("\n".join(lines))


def prominent(text: str, stream: TextIO) -> str:
    """A sentence that must not drown among log lines: apart from them and, on a terminal, bold."""
    return f"\n    \x1b[1m{text}\x1b[0m\n\n" if stream.isatty() else f"{text}\n"


def renderer(log_format: str, stream: TextIO) -> Renderer:
    """How to write to this stream: "text" on a terminal and "json" elsewhere when "auto"."""
    text = log_format == "text" or (log_format == "auto" and stream.isatty())
    return render_text if text else render_json


class LogWriter(logging.Handler):
    """Takes lines of other processes (`line`) and records of this one (as a logging handler) until `close`."""

    def __init__(self, clock: Clock, stream: TextIO = sys.stderr) -> None:
        super().__init__()
        self._clock = clock
        self._stream = stream
        self._render = renderer("auto", stream)
        self._file: LogFile | None = None
        self._early: deque[dict[str, Any]] = deque(maxlen=EARLY)
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue(MAX_LINES)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self._thread.start()

    def choose(self, log_format: str) -> None:
        """Write in this format from now on."""
        self._render = renderer(log_format, self._stream)

    def keep(self, file: LogFile) -> None:
        """Write to this file as well from now on, beginning with what came so far."""
        self._file = file

    def line(self, process: str, line: bytes, *, verbatim: bool = False) -> None:
        """One line that a process wrote: a JSON record, or anything a library or a crash left there.

        verbatim: what is no record is written as it is, for a person to read.
        """
        text = line[:MAX_LINE].decode("utf-8", "replace").rstrip()
        if record := _parsed(text):
            self._put({"process": process} | record)
        elif text:
            self._put({"verbatim": text} if verbatim else {"process": process} | self._raw(text))

    def emit(self, record: logging.LogRecord) -> None:
        """A record of the supervisor's own."""
        values = self._raw(record.getMessage()) | {"level": record.levelname, "logger": record.name}
        if record.exc_info:
            values["exc_info"] = logging.Formatter().formatException(record.exc_info)
        self._put({"process": "supervisor"} | values)

    def close(self) -> None:
        """Write what is queued, for at most a second, and end the thread."""
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)
        self._thread.join(timeout=1)
        super().close()

    def _raw(self, text: str) -> dict[str, Any]:
        time = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC).isoformat(timespec="milliseconds")
        return {"time": time, "level": "INFO", "logger": "output", "message": text}

    def _put(self, record: dict[str, Any]) -> None:
        try:
            self._queue.put_nowait(record)
        except queue.Full:
            self._dropped += 1

    def _write(self) -> None:
        while (record := self._queue.get()) is not None:
            if self._dropped:
                record["dropped"], self._dropped = self._dropped, 0
            text = mask(record["verbatim"]) if "verbatim" in record else self._render(record)
            data = (text + "\n").encode()
            with contextlib.suppress(OSError):  # nobody reads any more; the supervisor goes on all the same
                os.write(self._stream.fileno(), data)
            self._store(record)

    def _store(self, record: dict[str, Any]) -> None:
        text = record.pop("verbatim", None)
        self._early.append(record if text is None else {"process": "forkserver"} | self._raw(text))
        while self._file is not None and self._early:
            self._file.write(render_json(self._early.popleft()))


def _parsed(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


class LogPipe:
    """What one process writes to its standard output and error, line by line, until nobody holds the pipe any more."""

    def __init__(self, process: str, writer: LogWriter) -> None:
        self.verbatim = False
        self._process = process
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._rest = b""

    def open(self) -> int:
        """Make the pipe; returns the end for the process."""
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._loop.add_reader(read, self._read, read)
        return write

    def _read(self, fd: int) -> None:
        try:
            data = os.read(fd, MAX_LINE)
        except BlockingIOError:
            return
        *whole, self._rest = (self._rest + data).split(b"\n")
        if not data or len(self._rest) > MAX_LINE:
            whole, self._rest = [*whole, self._rest], b""
        for line in whole:
            self._writer.line(self._process, line, verbatim=self.verbatim)
        if not data:
            self._loop.remove_reader(fd)
            os.close(fd)
