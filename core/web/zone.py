"""Pages tell the site's time, whichever zone the server or the browser is in."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.system.site import site


class SiteZone:
    """Renders each page in the site's zone. The REST interface speaks UTC and is let pass without a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the zone around the page."""
        if request.path.startswith("/api/"):
            return self.get_response(request)
        with timezone.override(ZoneInfo(site().time_zone)):
            return self.get_response(request)
