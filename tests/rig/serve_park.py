"""The body of `tests.rig.arena.Simulator`: a park of rig cameras. Arguments: cache, port (0: any), names."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from plugins.simulator.park import Park
from tests.rig.arena import rig_camera


async def serve(cache: Path, port: int, names: list[str]) -> None:
    """Serve until killed; prints the port."""
    park = Park(cache, port=port)
    await park.start(*(rig_camera(name) for name in names))
    print(park.port, flush=True)  # noqa: T201 - the answer to who started this
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
