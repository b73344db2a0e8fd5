"""All scenes by name."""

from __future__ import annotations

from collections.abc import Callable

from plugins.simulator.scenes.counter import Counter
from plugins.simulator.scenes.entrance import Entrance
from plugins.simulator.scenes.scene import Frame, Scene, SceneObject
from plugins.simulator.scenes.street import Street
from plugins.simulator.scenes.till import Till
from plugins.simulator.scenes.yard import Yard, people

OBJECTS: dict[str, Callable[[Frame, int], Callable[[int], list[SceneObject]]]] = {"yard": people}
"""Of the scenes that can say where in a picture somebody is."""

SCENES: dict[str, Callable[[Frame, int], Scene]] = {
    "counter": Counter,
    "entrance": Entrance,
    "street": Street,
    "till": Till,
    "yard": Yard,
}
