"""Reads the log that the supervisor keeps: `<data>/log/<number>.jsonl`, one JSON record a line, only appended to.

A line is named by a cursor, `<file number>-<offset>`, good for as long as its file exists. One call looks at SCAN bytes
at most, so that a search for what is not there answers soon, and says from where it may go on. Imports no Django.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

SUFFIX = ".jsonl"
SCAN = 4 * 1024 * 1024
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Cursor(NamedTuple):
    """A place between two lines."""

    number: int
    offset: int

    def __str__(self) -> str:
        return f"{self.number}-{self.offset}"


def parse_cursor(text: str) -> Cursor:
    """A cursor again. Raises ValueError."""
    number, _, offset = text.partition("-")
    if not (number.isdecimal() and offset.isdecimal()):
        raise ValueError(f"{text!r} is no place in the log; give one that an answer named")
    return Cursor(int(number), int(offset))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of this level or above, of this process, of loggers that begin so, with this text (any case).

    of_plugin: name and Python module of a plugin: what it logs, what its processes write, and what is said of it.
    """

    level: str = ""
    process: str = ""
    logger: str = ""
    text: str = ""
    of_plugin: tuple[str, str] | None = None

    def sieve(self) -> Callable[[bytes], bool]:
        """Whether a line may be wanted, told from its bytes: parsing costs ten times as much."""
        loud = [b'"%s"' % level.encode() for level in LEVELS[LEVELS.index(self.level or "DEBUG") :]]
        anything = self.level in ("", "DEBUG", "INFO")
        text = (self.text or self.process or self.logger).lower()
        # Bytes know upper and lower case of ASCII only.
        needle = json.dumps(text)[1:-1].encode() if text.isascii() else b""
        return lambda line: needle in line.lower() and (anything or any(level in line for level in loud))

    def takes(self, record: dict[str, Any]) -> bool:
        """Whether a record is wanted."""
        return (
            (not self.level or _rank(record) >= LEVELS.index(self.level))
            and (not self.process or record.get("process") == self.process)
            and str(record.get("logger", "")).startswith(self.logger)
            and (not self.text or self.text.lower() in _words(record))
            and (self.of_plugin is None or _is_of(record, *self.of_plugin))
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the log, and where it lies."""

    at: Cursor
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in the order in which they were written. older: where to go on backwards, None at the log's beginning;
    newer: where to go on once more has been written.
    """

    lines: list[Line]
    older: Cursor | None
    newer: Cursor | None


def log_files(directory: Path) -> list[tuple[int, Path]]:
    """The log's files with their numbers, oldest first."""
    with contextlib.suppress(OSError):
        return sorted((int(path.stem), path) for path in directory.glob(f"*{SUFFIX}") if path.stem.isdecimal())
    return []


def last(directory: Path, wanted: Wanted, most: int, before: Cursor | None = None) -> Page:
    """The last `most` lines before a place, or before the end."""
    lines: list[Line] = []
    may_be = wanted.sieve()
    at, newer, scanned = before, before, 0
    for number, path in reversed(log_files(directory)):
        if before is not None and number > before.number:
            continue
        data = _whole_lines(path, 0, before.offset if before is not None and number == before.number else None)
        newer = newer or Cursor(number, len(data))
        for at, raw in _backwards(number, data):
            if may_be(raw) and wanted.takes(record := _parsed(raw)):
                lines.append(Line(at, record))
            if len(lines) == most:
                return Page(lines[::-1], at, newer)
        scanned += len(data)
        if scanned >= SCAN:
            return Page(lines[::-1], at, newer)
    return Page(lines[::-1], None, newer)


def following(directory: Path, wanted: Wanted, most: int, after: Cursor) -> Page:
    """The first `most` lines after a place."""
    lines: list[Line] = []
    may_be = wanted.sieve()
    at, scanned = after, 0
    for number, path in log_files(directory):
        if number < after.number:
            continue
        start = after.offset if number == after.number else 0
        data = _whole_lines(path, start, None)
        for begin, raw in _forwards(number, start, data):
            at = Cursor(number, begin.offset + len(raw) + 1)
            if may_be(raw) and wanted.takes(record := _parsed(raw)):
                lines.append(Line(begin, record))
            if len(lines) == most:
                return Page(lines, after, at)
        scanned += len(data)
        if scanned >= SCAN:
            break
    return Page(lines, after, at)


def _whole_lines(path: Path, start: int, end: int | None) -> bytes:
    """What stands there, without a last line that is still being written."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read() if end is None else file.read(max(end - start, 0))
    except OSError:  # it has just made room for a newer one
        return b""
    return data[: data.rfind(b"\n") + 1]


def _backwards(number: int, data: bytes) -> Iterator[tuple[Cursor, bytes]]:
    end = len(data)
    while end > 0:
        start = data.rfind(b"\n", 0, end - 1) + 1
        yield Cursor(number, start), data[start : end - 1]
        end = start


def _forwards(number: int, at: int, data: bytes) -> Iterator[tuple[Cursor, bytes]]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield Cursor(number, at + start), data[start:end]
        start = end + 1


def _parsed(line: bytes) -> dict[str, Any]:
    text = line.decode("utf-8", "replace")
    with contextlib.suppress(ValueError):
        found = json.loads(text)
        if isinstance(found, dict):
            return found
    return {"message": text}


def _rank(record: dict[str, Any]) -> int:
    level = str(record.get("level", "INFO"))
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("INFO")


def _words(record: dict[str, Any]) -> str:
    return " ".join(str(record.get(key, "")) for key in ("message", "exc_info", "stack_info")).lower()


def _is_of(record: dict[str, Any], name: str, module: str) -> bool:
    logger, said = str(record.get("logger", "")), _words(record)
    return (
        str(record.get("process", "")).startswith(f"{name}:")
        or logger in (module, f"eyrie.{name}")
        or logger.startswith((f"{module}.", f"eyrie.{name}."))
        or f"plugin {name} " in said
        or f"plugin {name}:" in said
        or f'"{module.replace(".", "/")}/' in said
        or f"/{module.replace('.', '/')}/" in said
    )
