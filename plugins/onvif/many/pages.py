"""What the page begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.api.services import cameras_of_driver, cameras_with, rights_for
from plugins.onvif.configuring.permissions import CONFIGURE
from plugins.onvif.configuring.sections import PARTS

TOGETHER = ("streams", "picture", "text", "time", "network")
"""Sections of which something may be common to cameras; users and the device itself are one camera's."""


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """One to choose. address: of its device."""

    id: int
    name: str
    address: str


def page(request: Any) -> dict[str, Any]:
    """The ONVIF cameras that one may configure, in the order of lists, and the sections."""
    rows = cameras_with(rights_for(request), CONFIGURE.codename).values_list("pk", "name")
    ours = {camera.id: getattr(camera.settings, "address", "") for camera in cameras_of_driver("onvif")}
    cameras = [CameraChoice(pk, name, ours[pk]) for pk, name in rows if pk in ours]
    return {"cameras": cameras, "parts": [part for part in PARTS.values() if part.name in TOGETHER]}
