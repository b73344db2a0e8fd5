"""The page of announcements. It fills itself over REST v1."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import page
from webapp.recording import camera_tabs


@page("announcement.manage")
@require_safe
@ensure_csrf_cookie
def listed(request: HttpRequest) -> HttpResponse:
    """Messages that can be played through cameras: listened to, added, deleted."""
    return render(request, "webapp/administration/announcements.html", {"tabs": camera_tabs(request)})
