"""What every answer tells the browser beside its content: what it may use, who may embed it, whether HTTPS is a must.

The policy of content (CSP), referrer, opener and the type's certainty are said by Django's and django-csp's middleware.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.transport.insisting import insists

HSTS_SECONDS = 180 * 86_400
_NOTHING = ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "midi", "payment", "serial", "usb")
_OURS = ("autoplay", "fullscreen", "microphone")
FEATURES = ", ".join([*(f"{name}=()" for name in _NOTHING), *(f"{name}=(self)" for name in _OURS)])


class Headers:
    """Middleware of every answer, static files and failures too."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Answer, with our headers."""
        if self._is_async:
            return self._later(request)
        return _told(request, self._get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponse:
        return _told(request, await self._get_response(request))


def _told(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Permissions-Policy", FEATURES)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.is_secure():
        for cookie in response.cookies.values():  # behind a proxy, too, whose HTTPS is known only now
            cookie["secure"] = True
        if insists(settings.CONFIG):
            response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return response
