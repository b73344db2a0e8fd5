"""Pages of what has been: playback, and the search for events."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import SIGNED_IN, page, rights_for


@page(SIGNED_IN)
@require_safe
@ensure_csrf_cookie
def playback(request: HttpRequest) -> HttpResponse:
    """Recordings of several cameras over one timeline: `?camera=1&camera=2&at=<RFC 3339>`."""
    exports = rights_for(request).holds_somewhere("camera.export")
    return render(request, "webapp/playback.html", {"exports": exports})


@page(SIGNED_IN)
@require_safe
@ensure_csrf_cookie
def events(request: HttpRequest) -> HttpResponse:
    """Events by camera, type, time and words."""
    acknowledges = rights_for(request).holds_somewhere("event.acknowledge")
    return render(request, "webapp/events.html", {"acknowledges": acknowledges})


@page("event.view", somewhere=True)
@require_safe
@ensure_csrf_cookie
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event; what it may show of it is asked of REST v1, which checks the right for its camera."""
    shown = {"event_id": event_id, "sees_rules": rights_for(request).holds("rule.view")}
    return render(request, "webapp/event.html", shown)
