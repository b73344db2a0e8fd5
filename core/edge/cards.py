"""The way to what a camera keeps itself."""

from __future__ import annotations

from core.cameras.control import has, reached
from core.cameras.models import Camera
from core.hookspecs.cameras import ControlError
from core.hookspecs.edge import Edge


def keeps(camera: Camera) -> bool:
    """Whether a camera keeps recordings of its own, by its settings."""
    return has(camera, lambda spec: spec.edge)


def card_of(camera_id: int) -> Edge:
    """What a camera keeps. Blocks on the database. Raises ControlError."""
    name, spec, settings = reached(camera_id)
    card = spec.edge(settings) if spec.edge is not None else None
    if card is None:
        raise ControlError(f"{name} keeps no recordings of its own, by its settings.", lasting=True)
    return card
