"""Pages of when cameras are recorded, in which groups they stand, what they keep. They fill themselves over REST v1."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api import Slot
from core.api.services import page, plugin_pages, rights_for

ANYWHERE = ("camera.view", "camera.playback")
TABS = (
    ("cameras", _("Cameras"), "camera.view"),
    ("camera-schedules", _("Schedules"), "camera.manage"),
    ("camera-groups", _("Groups"), "camera.manage"),
    ("announcements", _("Announcements"), "announcement.manage"),
    ("camera-cards", _("On the cameras"), "camera.playback"),
)


def camera_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The tabs above the pages of cameras; none for who would see a single one."""
    rights = rights_for(request)
    tabs = [
        {"url": reverse(name), "title": title, "current": request.path == reverse(name)}
        for name, title, permission in TABS
        if rights.holds(permission) or (permission in ANYWHERE and rights.holds_somewhere(permission))
    ]
    for one in plugin_pages(request, Slot.CAMERAS):
        url = reverse("plugin-page", args=(one.plugin, one.name))
        tabs.append({"url": url, "title": gettext(one.title), "current": request.path == url})
    return tabs if len(tabs) > 1 else []


@page("camera.manage")
@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    """The weeks by which cameras are recorded, and holidays."""
    return render(request, "webapp/administration/schedules.html", {"tabs": camera_tabs(request)})


@page("camera.manage")
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Groups of cameras."""
    return render(request, "webapp/administration/groups.html", {"tabs": camera_tabs(request)})


@page("camera.playback", somewhere=True)
@require_safe
@ensure_csrf_cookie
def cards(request: HttpRequest) -> HttpResponse:
    """What cameras keep themselves, and what is fetched from them."""
    return render(request, "webapp/administration/cards.html", {"tabs": camera_tabs(request)})
