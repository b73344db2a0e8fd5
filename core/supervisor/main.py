"""Entry of `manage.py serve`, before and without Django."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from core.media.clock import SystemClock
from core.pages import return_freed
from core.supervisor.logwriter import LogWriter
from core.supervisor.supervisor import Supervisor


def main(options: Sequence[str]) -> int:
    """Serve until stopped; returns the exit code. options: global options such as --safe-mode."""
    return_freed()
    writer = LogWriter(SystemClock())
    logging.basicConfig(level=logging.INFO, handlers=[writer])
    try:
        return asyncio.run(_run(options, writer))
    finally:
        writer.close()


async def _run(options: Sequence[str], writer: LogWriter) -> int:
    return await Supervisor(options, writer).run()
