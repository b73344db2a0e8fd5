"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import (
    Detector,
    DetectorSpec,
    EventTypeSpec,
    PanelSpec,
    RouteSpec,
    Slot,
    TrackRequest,
    hookimpl,
)
from plugins.analytics.events import EVENT_TYPES, TOLD
from plugins.analytics.settings import AnalyticsSettings


def _wants(settings: AnalyticsSettings) -> TrackRequest:
    return TrackRequest(settings.labels)


def _open(settings: AnalyticsSettings) -> Detector:
    from plugins.analytics.detector import Analytics  # with NumPy

    return Analytics(settings)


def _page(request: Any, camera_id: int | None) -> dict[str, Any]:
    """Cameras that were counted, and may be seen by who asks."""
    from plugins.analytics.pages import counted_cameras

    return {"cameras": counted_cameras(request)}


DETECTOR = DetectorSpec(
    name="analytics",
    title="Lines, zones and counting",
    settings=AnalyticsSettings,
    wants=_wants,
    open=_open,
    events=tuple(spec.name for spec in TOLD),
    cost="Looks at no picture; about 0.1 ms of a core for each look of another detector that sees six objects.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """One detector, of tracks."""
    return [DETECTOR]


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """What happens at lines and in zones, beside what others tell of as well."""
    return EVENT_TYPES


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Counts and heat maps."""
    return [RouteSpec("plugins.analytics.urls")]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """Counting, a page of its own."""
    return [
        PanelSpec("counting", "Counting", Slot.NAVIGATION, "analytics/page.html", "event.view", _page, "chart-line")
    ]
