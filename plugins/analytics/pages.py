"""What the page begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.api.services import cameras_with, rights_for


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """One to choose."""

    id: int
    name: str


def counted_cameras(request: Any) -> list[CameraChoice]:
    """The cameras whose events one may see, in the order of lists."""
    rows = cameras_with(rights_for(request), "event.view").values_list("pk", "name")
    return [CameraChoice(*row) for row in rows]
