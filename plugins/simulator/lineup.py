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


def onvif_lineup(count: int) -> list[SimulatedCamera]:
    """The cameras that speak ONVIF: each has a head, a card and a speaker. Who may use them is their device's business.

    Only their part of a wide scene is sent, so that the scene is twice as wide and high as the picture.
    """
    names = ("roof", "quay", "hall", "lane")
    scenes = ("yard", "street", "entrance", "till")
    cameras = []
    for number in range(count):
        turn, place = divmod(number, len(names))
        name = names[place] if turn == 0 else f"{names[place]}-{turn + 1}"
        cameras.append(
            SimulatedCamera(
                name,
                scene=scenes[place],
                audio="pcmu",
                width=1280,
                height=720,
                fps=10,
                seconds=16,
                seed=100 + number,
                moves=True,
                card=True,
                speaker=True,
            )
        )
    return cameras


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
