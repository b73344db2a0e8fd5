"""No threads while Eyrie loads: a process that has one cannot be forked safely.

Refused where the thread would begin, so that the error carries the plugin's own lines, and the plugin is found by them
like one that raises at import.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_stack

from core.pluginhost.records import PluginRecord


class ThreadRefused(RuntimeError):
    """Something starts a thread while Eyrie loads."""


@contextmanager
def without_threads(of: Sequence[PluginRecord] | None = None) -> Iterator[None]:
    """Whoever starts a thread inside, by whatever library, gets ThreadRefused at that line.

    of: only what is done by these plugins, while libraries may have threads that end before the loading does.
    """
    start = threading.Thread.start
    folders = None if of is None else [one.folder for one in of if one.folder]

    def refuse(thread: threading.Thread) -> None:
        if folders is not None and not _called_from(folders):
            start(thread)
            return
        raise ThreadRefused(f"starts the thread {thread.name} while Eyrie loads; start it when it is needed")

    setattr(threading.Thread, "start", refuse)  # noqa: B010  # the one way to replace a method that mypy accepts
    try:
        yield
    finally:
        setattr(threading.Thread, "start", start)  # noqa: B010


def _called_from(folders: Sequence[Path]) -> bool:
    files = [Path(frame.f_code.co_filename) for frame, _ in walk_stack(sys._getframe())]
    return any(file.is_relative_to(folder) for file in files for folder in folders)
