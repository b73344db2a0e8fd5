"""How often one user, or one address, may ask for something: so that none takes the portal from the others.

These limits are far above what the portal itself asks for, and each is a setting. A caller is the user of a session,
else the address: what else a request says of itself could be made up anew for each. What takes the server long declares
it on its view, as `heavy = {"POST"}`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from ipaddress import IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse

from core.media.clock import Clock, SystemClock
from core.web.buckets import Buckets
from core.web.speech import said

SENTENCE = "That was too often; try again in {} s."
_READS = ("GET", "HEAD", "OPTIONS")
_HOUSE = 64
"""Bits of an IPv6 address that belong to one customer (RFC 6177); the rest is theirs to choose."""


class Limits:
    """Middleware behind the session. Answers 429 with Retry-After (RFC 6585, 4) to whoever asks too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse], clock: Clock | None = None) -> None:
        self._get_response = get_response
        config, clock = settings.CONFIG, clock or SystemClock()
        self._reads = Buckets(config.reads_per_minute, clock)
        self._writes = Buckets(config.writes_per_minute, clock)
        self._heavy = Buckets(config.heavy_per_minute, clock)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing but handing on; what is asked for is known only below."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse what is too much."""
        caller = _caller(request)
        buckets = [self._reads if request.method in _READS else self._writes]
        if _is_heavy(view, request.method or ""):
            buckets.append(self._heavy)
        wait = max(bucket.take(caller) for bucket in buckets)
        return _refusal(request, math.ceil(wait)) if wait else None


def _is_heavy(view: Any, method: str) -> bool:
    return method in getattr(getattr(view, "cls", view), "heavy", ())


def _caller(request: HttpRequest) -> str:
    user = request.session.get(SESSION_KEY)
    return f"user {user}" if user else f"address {_house(request.META.get('REMOTE_ADDR', ''))}"


def _house(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(IPv6Network((int(found), _HOUSE), strict=False))


def _refusal(request: HttpRequest, seconds: int) -> HttpResponse:
    sentence, headers = said(SENTENCE.format(seconds)), {"Retry-After": str(seconds)}
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=429, headers=headers)
    return HttpResponse(sentence, status=429, headers=headers, content_type="text/plain; charset=utf-8")
