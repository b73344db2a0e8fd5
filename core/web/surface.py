"""All that somebody outside can ask of this server, each with the permission it takes: for the reference and tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from core.access.declared import required_for
from core.hookspecs.web import PanelSpec
from core.pluginhost import host
from core.web.socket.declared import declared_topics
from core.web.urls import websocket_urlpatterns

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Kind(StrEnum):
    """What a door is."""

    REST = "REST endpoints and media"
    PAGE = "Pages of the portal"
    WEBSOCKET = "Websockets"
    TOPIC = "Topics"
    PANEL = "Panels and pages of plugins"


@dataclass(frozen=True, slots=True)
class Door:
    """One thing that can be asked. route: with its places, as `/api/v1/cameras/<int:camera_id>/`.

    permission: codename, PUBLIC or SIGNED_IN; None where none is declared, which a test finds. view: what answers.
    """

    kind: Kind
    method: str
    route: str
    permission: str | None
    view: Any

    @property
    def of_camera(self) -> bool:
        """Whether it is about the one camera that its address names."""
        return "camera_id" in self.route


def doors() -> list[Door]:
    """All of them: routes and media of REST, pages, websockets, topics, panels; core's and the enabled plugins'."""
    return [
        *_routes(get_resolver().url_patterns, "/"),
        *(
            Door(Kind.WEBSOCKET, "", f"/{one.pattern}", one.callback.consumer_class.required, one.callback)
            for one in websocket_urlpatterns
        ),
        *(Door(Kind.TOPIC, "", name, spec.permission, spec) for name, spec in sorted(declared_topics().items())),
        *(
            Door(Kind.PANEL, str(entry.spec.slot), entry.key, entry.spec.permission, entry.spec)
            for entry in host().registry.entries(PanelSpec)
        ),
    ]


def _routes(patterns: list[Any], prefix: str) -> Iterator[Door]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield from _doors_of(route, pattern.callback)


def _doors_of(route: str, callback: Any) -> Iterator[Door]:
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view is None:
        yield Door(Kind.PAGE, "GET", route, required_for(callback, "GET"), callback)
        return
    for method in METHODS:
        if hasattr(view, method.lower()):
            yield Door(Kind.REST, method, route, required_for(view, method), view)
