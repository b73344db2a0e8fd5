"""The page about those who are recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.api.services import page, rights_for
from webapp.administration import tabs


@page("system.privacy")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Proof of how long recordings are kept, and watermarks."""
    rights = rights_for(request)
    shown = {"may_change": rights.holds("system.settings"), "may_export": rights.holds_somewhere("camera.export")}
    return render(request, "webapp/administration/privacy.html", {"tabs": tabs(request), **shown})
