"""All scenes by name."""

from __future__ import annotations

from collections.abc import Callable

from plugins.simulator.scenes.counter import Counter
from plugins.simulator.scenes.scene import Frame, Scene

SCENES: dict[str, Callable[[Frame, int], Scene]] = {
    "counter": Counter,
}
