"""The pages on backups: where copies go, what is copied, the queue, and what lies at a target."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import page, rights_for
from webapp.administration import tabs

MANAGE = "backup.manage"


@page("backup.view")
@require_safe
@ensure_csrf_cookie
def overview(request: HttpRequest) -> HttpResponse:
    """Targets, plans and the queue; changed only by those who may."""
    shown = {"tabs": tabs(request), "manages": rights_for(request).holds(MANAGE)}
    return render(request, "webapp/backup/page.html", shown)


@page(MANAGE)
@require_safe
@ensure_csrf_cookie
def files(request: HttpRequest, target_id: int) -> HttpResponse:
    """What lies at one target."""
    return render(request, "webapp/backup/files.html", {"tabs": tabs(request), "target_id": target_id})
