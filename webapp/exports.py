"""The pages on exports: the list, the form of a new one, and the check of an archive."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import SIGNED_IN, page

EXPORT = "camera.export"


@page(EXPORT, somewhere=True)
@require_safe
@ensure_csrf_cookie
def listed(request: HttpRequest) -> HttpResponse:
    """One's exports, with their progress."""
    return render(request, "webapp/exports/list.html")


@page(EXPORT, somewhere=True)
@require_safe
@ensure_csrf_cookie
def new(request: HttpRequest) -> HttpResponse:
    """The form; `?camera=1&camera=2&start=…&end=…` fills it in."""
    return render(request, "webapp/exports/new.html")


@page(SIGNED_IN)
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Checks an archive in the browser: nothing is sent to the server."""
    return render(request, "webapp/exports/verify.html")
