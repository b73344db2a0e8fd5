"""Pages of detection: the detectors of a camera, and what one would have found in a recording."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import cameras_with, page, rights_for

MANAGE = "camera.manage"
TABS = (("camera", _("Camera")), ("camera-detection", _("Detection")))


def one_camera_tabs(request: HttpRequest, camera_id: int) -> list[dict[str, Any]]:
    """The tabs above the pages of one camera; none for who would see a single one."""
    if not rights_for(request).holds(MANAGE, camera_id):
        return []
    return [
        {"url": address, "title": title, "current": request.path == address}
        for name, title in TABS
        for address in [reverse(name, kwargs={"camera_id": camera_id})]
    ]


@page(MANAGE)
@require_safe
@ensure_csrf_cookie
def camera(request: HttpRequest, camera_id: int) -> HttpResponse:
    """What looks at a camera, with which settings, and what it costs."""
    return _shown(request, camera_id, "camera", plays=rights_for(request).holds("camera.playback", camera_id))


@page(MANAGE)
@require_safe
@ensure_csrf_cookie
def replay(request: HttpRequest, camera_id: int, replay_id: int) -> HttpResponse:
    """A detector over a recording: how far it is, what it found."""
    return _shown(request, camera_id, "replay", replay_id=replay_id)


def _shown(request: HttpRequest, camera_id: int, name: str, **shown: Any) -> HttpResponse:
    found = cameras_with(rights_for(request), MANAGE).filter(pk=camera_id).first()
    if found is None:
        raise Http404
    tabs = one_camera_tabs(request, camera_id)
    return render(request, f"webapp/detection/{name}.html", {"camera": found, "tabs": tabs, **shown})
