"""Rendering scenes in processes of their own, so that the park's loop stays free and every core helps.

python -m plugins.simulator.rendering <cache folder> <order as JSON>
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from plugins.simulator.studio import Order, is_rendered, render

log = logging.getLogger("eyrie.simulator")

_ROOT = Path(__file__).parents[2]  # so that the new process finds this package however Eyrie was started


class RenderingFailed(Exception):
    """A rendering process ended badly; the message is what it said last."""


class Renderers:
    """At most one process a core at a time. `render` waits for its turn; cancelling it ends its process."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._slots = asyncio.Semaphore(max(1, os.cpu_count() or 1))

    async def render(self, order: Order) -> None:
        """Put a scene into the cache; one that is there costs no process. Raises RenderingFailed."""
        if is_rendered(order, self._cache):
            return
        async with self._slots:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "plugins.simulator.rendering",
                str(self._cache),
                json.dumps(asdict(order)),
                cwd=_ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                complaints = await self._follow(process)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode:
            raise RenderingFailed(complaints.splitlines()[-1] if complaints else f"exit code {process.returncode}")

    @staticmethod
    async def _follow(process: asyncio.subprocess.Process) -> str:
        if process.stdout is None or process.stderr is None:
            raise RenderingFailed("the process has no output")
        reading = asyncio.ensure_future(process.stderr.read())
        async for line in process.stdout:
            log.info("%s", line.decode().strip())
        complaints = await reading
        await process.wait()
        return complaints.decode(errors="replace")


def progress(title: str, say: Callable[[str], object]) -> Callable[[int, int], None]:
    """Says at each quarter how far the rendering of a scene is."""

    def tell(done: int, total: int) -> None:
        if done * 4 // total != (done - 1) * 4 // total:
            say(f"rendering {title}: {done * 100 // total} %\n")

    return tell


def _main(cache: str, order: str) -> None:
    made = Order(**json.loads(order))

    def say(line: str) -> None:
        sys.stdout.write(line)
        sys.stdout.flush()

    render(made, Path(cache), progress(made.title, say))


if __name__ == "__main__":
    _main(*sys.argv[1:])
