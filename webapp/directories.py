"""The pages on directories: all of them in their order, and one with its settings, groups and people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import page, rights_for
from webapp.administration import tabs

MANAGE = "system.directories"


@page(MANAGE)
@require_safe
@ensure_csrf_cookie
def listed(request: HttpRequest) -> HttpResponse:
    """All directories in the order in which they are asked."""
    return render(request, "webapp/directories/list.html", {"tabs": tabs(request)})


@page(MANAGE)
@require_safe
@ensure_csrf_cookie
def one(request: HttpRequest, directory_id: int | None = None) -> HttpResponse:
    """One directory, or the form for a new one. Roles are given by those who may."""
    gives = rights_for(request).holds("system.users")
    return render(
        request,
        "webapp/directories/one.html",
        {"tabs": tabs(request), "directory_id": directory_id or "", "gives": gives},
    )
