"""The log on disk: kept by the supervisor's writer, bounded, read forwards and backwards with a filter."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from core.media.clock import SystemClock
from core.supervisor.logfile import LogFile
from core.supervisor.logwriter import LogWriter
from core.system.journal import Cursor, Wanted, following, last, log_files, parse_cursor

ALL = Wanted()


def write(directory: Path, *messages: str, **more: object) -> None:
    file = LogFile(directory)
    for message in messages:
        file.write(json.dumps({"level": "INFO", "logger": "eyrie.x", "process": "web", "message": message, **more}))


def words(page) -> list[str]:
    return [line.record["message"] for line in page.lines]


def test_pages_go_back_to_the_beginning_across_files(tmp_path: Path) -> None:
    write(tmp_path, "a", "b", "c")
    write(tmp_path, "d", "e")
    newest = last(tmp_path, ALL, 3)
    assert words(newest) == ["c", "d", "e"]
    oldest = last(tmp_path, ALL, 3, newest.older)
    assert words(oldest) == ["a", "b"]
    assert oldest.older is None


def test_what_was_written_since_follows_once(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    seen = last(tmp_path, ALL, 10).newer
    assert seen is not None
    assert words(following(tmp_path, ALL, 10, seen)) == []
    write(tmp_path, "c", "d")
    page = following(tmp_path, ALL, 1, seen)
    assert words(page) == ["c"]
    page = following(tmp_path, ALL, 10, page.newer)
    assert words(page) == ["d"]
    assert words(following(tmp_path, ALL, 10, page.newer)) == []


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    write(tmp_path, "a")
    path = log_files(tmp_path)[0][1]
    with path.open("ab") as file:
        file.write(b'{"message": "b')
    page = last(tmp_path, ALL, 10)
    assert words(page) == ["a"]
    with path.open("ab") as file:
        file.write(b'c"}\n')
    assert words(following(tmp_path, ALL, 10, page.newer)) == ["bc"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(level="WARNING"), ["broken"]),
        (Wanted(process="recorder-0"), ["gate is streaming"]),
        (Wanted(logger="eyrie.rec"), ["gate is streaming"]),
        (Wanted(text="GATE"), ["gate is streaming"]),
        (Wanted(text="deep inside"), ["broken"]),
        (Wanted(text='"/X/eyrie'), ["broken"]),
        (Wanted(text="GRÜßE"), ["Grüße"]),
        (Wanted(level="INFO", process="x"), ["Grüße"]),
        (Wanted(of_plugin=("tea", "eyrie_tea")), ["from it", "plugin tea has failed", "broken"]),
        (Wanted(text="nothing like it"), []),
    ],
)
def test_only_what_is_wanted(tmp_path: Path, wanted: Wanted, found: list[str]) -> None:
    write(tmp_path, "gate is streaming", logger="eyrie.recorder", process="recorder-0")
    write(tmp_path, "from it", process="tea:pour")
    write(tmp_path, "plugin tea has failed")
    write(tmp_path, "Grüße", process="x")
    write(tmp_path, "broken", level="ERROR", exc_info='File "/x/eyrie_tea/hooks.py": deep inside')
    assert words(last(tmp_path, wanted, 10)) == found
    assert words(following(tmp_path, wanted, 10, Cursor(0, 0))) == found


def test_a_search_that_finds_nothing_says_where_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.system.journal.SCAN", 100)
    write(tmp_path, "needle", *["hay"] * 20)
    write(tmp_path, *["hay"] * 20)
    page = last(tmp_path, Wanted(text="needle"), 10)
    assert words(page) == []
    assert page.older is not None
    assert words(last(tmp_path, Wanted(text="needle"), 10, page.older)) == ["needle"]


def test_the_log_is_bounded_and_private(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "log", max_bytes=200, keep=3)
    for number in range(100):
        file.write(f"line {number:>30}")
    found = log_files(tmp_path / "log")
    assert len(found) == 3
    assert sum(path.stat().st_size for _, path in found) <= 600
    assert found[-1][1].read_text().splitlines()[-1].endswith("99")
    assert {path.stat().st_mode & 0o777 for _, path in found} == {0o600}


def test_what_was_said_before_the_file_was_known_is_in_it_without_secrets(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as stream:
        writer = LogWriter(SystemClock(), stream)
        writer.line("forkserver", b"plugin tea breaks the start, password=hunter2", verbatim=True)
        writer.keep(LogFile(tmp_path / "log"))
        writer.emit(logging.LogRecord("eyrie.x", logging.INFO, "", 0, "token rtsp://u:hunter2@h/", (), None))
        writer.close()
    lines = last(tmp_path / "log", ALL, 10).lines
    assert [line.record["process"] for line in lines] == ["forkserver", "supervisor"]
    assert words(last(tmp_path / "log", ALL, 10)) == [
        "plugin tea breaks the start, password=***",
        "token rtsp://u:***@h/",
    ]


def test_a_disk_that_refuses_is_no_end_of_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "log").write_text("in the way")
    file = LogFile(tmp_path / "log")
    file.write("a")
    file.write("b")
    assert caplog.text.count("the portal will show no log") == 1
    (tmp_path / "log").unlink()
    file.write("c")
    assert words(last(tmp_path / "log", ALL, 10)) == ["c"]


@pytest.mark.parametrize("text", ["", "1", "a-1", "1-", "-1-2"])
def test_a_wrong_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no place in the log"):
        parse_cursor(text)
