"""The demo's cameras: which scenes, in which order."""

from __future__ import annotations

from plugins.simulator.camera import SimulatedCamera

# name, scene, audio: one camera of each kind before any comes twice.
_LINEUP = (
    ("street", "street", "aac"),
    ("yard", "yard", "pcmu"),
    ("entrance", "entrance", "aac"),
    ("till", "till", "none"),
)


def lineup(count: int, users: dict[str, str]) -> list[SimulatedCamera]:
    """The first `count` cameras of the park; from the fifth on the scenes come again with other seeds."""
    cameras = []
    for number in range(count):
        turn, place = divmod(number, len(_LINEUP))
        name, scene, audio = _LINEUP[place]
        cameras.append(
            SimulatedCamera(
                name if turn == 0 else f"{name}-{turn + 1}",
                scene=scene,
                audio=audio,
                width=1280,
                height=720,
                fps=15,
                seconds=16,
                seed=number + 1,
                users=users,
            )
        )
    return cameras
