"""Dangerous acts ask who is there, again, when the last proof is older than ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import PermissionDenied as Refused
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.media.clock import Clock, SystemClock
from core.signin.sessions import STATE

if TYPE_CHECKING:  # it reads our class from the settings while it is being imported
    from rest_framework.views import APIView

FRESH_MS = 600_000
CODE = "fresh_sign_in"
_CLOCK = SystemClock()


def is_fresh(session: SessionBase, clock: Clock = _CLOCK) -> bool:
    """Whether its user proved who they are within the last ten minutes."""
    fresh_ms: int = session.get(STATE, {}).get("fresh_ms", 0)
    return clock.wall_ms() - fresh_ms < FRESH_MS


class Fresh(BasePermission):
    """Applies a view's `fresh`, the methods that take a fresh sign-in. Requests with a token pass: nobody is there."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises PermissionDenied whose code tells the portal to ask."""
        if request.method not in getattr(view, "fresh", ()) or request.auth is not None:
            return True
        if not request.user.is_authenticated or is_fresh(request._request.session):
            return True  # who is not signed in is refused by `Declared`
        raise Refused(
            {"detail": "Show again who you are: your last sign-in is more than 10 minutes ago.", "code": CODE}
        )


def fresh_sign_in(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page that does something dangerous by itself; inside of `@page`."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_fresh(request.session):
            raise PermissionDenied("Sign in again for this page: your last sign-in is more than 10 minutes ago.")
        return page(request, *args, **kwargs)

    return guarded
