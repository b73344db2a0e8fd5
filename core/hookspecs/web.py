"""What a plugin adds to the portal, the REST interface and the websocket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from core.hookspecs.marks import hookspec


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """REST routes under `/api/v1/plugins/<plugin>/`. urls: dotted name of a module with `urlpatterns`, whose views
    each declare their permission as core's own do.
    """

    urls: str


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A websocket topic `<plugin>.<name>`; message: model of what is sent; permission: what a subscriber must hold."""

    name: str
    title: str
    message: type[BaseModel]
    permission: str


class Slot(StrEnum):
    """Places in the portal where plugins may show something."""

    NAVIGATION = "navigation"  # a page of its own, with a place in the rail
    SYSTEM = "system"  # a page of its own, as a tab of System
    CAMERAS = "cameras"  # a page of its own, as a tab of Cameras
    DASHBOARD = "dashboard"
    CAMERA = "camera"
    SETTINGS = "settings"
    USER = "user"  # in the menu of who is signed in: what is their own
    FRAME = "frame"  # on every page, beside its content: what listens and calls


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """A piece of a page, or a page of its own where the slot is NAVIGATION, SYSTEM or CAMERAS. template is rendered
    with `context(request, camera_id)`; one that raises becomes an error card naming the plugin, and one whose context
    is None is not there, such as for cameras that it is not about. icon: of lucide, in the rail.
    """

    name: str
    title: str
    slot: Slot
    template: str
    permission: str
    context: Callable[[Any, int | None], dict[str, Any] | None]
    icon: str = "puzzle"


@hookspec()
def register_routes() -> Iterable[RouteSpec]:
    """Offer REST routes, one descriptor at most. Called in every process once at start; only web imports `urls`."""
    raise NotImplementedError


@hookspec()
def register_topics() -> Iterable[TopicSpec]:
    """Offer websocket topics. An undeclared topic cannot be published. Called in every process once at start."""
    raise NotImplementedError


@hookspec()
def register_panels() -> Iterable[PanelSpec]:
    """Offer panels for the portal's slots. Called in every process once at start; rendered in web."""
    raise NotImplementedError
