"""Pages of the administration and the first steps. They fill themselves over REST v1, which checks each right again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api import Slot
from core.api.services import cameras_with, page, panels, plugin_pages, rights_for
from webapp.detection import one_camera_tabs
from webapp.recording import camera_tabs

TABS = (
    ("system", _("Overview"), "system.view"),
    ("system-settings", _("Site and storage"), "system.settings"),
    ("backup", _("Off-site backup"), "backup.view"),
    ("system-plugins", _("Plugins"), "system.plugins"),
    ("system-users", _("Users"), "system.users"),
    ("system-sign-in", _("Sign-in"), "system.sign_in"),
    ("system-directories", _("Directories"), "system.directories"),
    ("system-configuration", _("Configuration"), "system.configuration"),
    ("system-privacy", _("Privacy"), "system.privacy"),
    ("system-encryption", _("Encryption"), "system.encryption"),
    ("system-log", _("Log"), "system.log"),
)


@page("camera.view", somewhere=True)
@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    """All cameras with their states."""
    may_add = rights_for(request).holds("camera.manage")
    return render(request, "webapp/administration/cameras.html", {"may_add": may_add, "tabs": camera_tabs(request)})


@page("camera.manage")
@require_safe
def new_camera(request: HttpRequest) -> HttpResponse:
    """Add a camera."""
    return render(request, "webapp/administration/camera.html")


@page("camera.view")
@require_safe
def camera(request: HttpRequest, camera_id: int) -> HttpResponse:
    """One camera: its state, its settings for those who may change them, and the panels of plugins."""
    rights = rights_for(request)
    found = cameras_with(rights, "camera.view").filter(pk=camera_id).first()
    if found is None:
        raise Http404
    shown = {
        "camera": found,
        "manages": rights.holds("camera.manage", camera_id),
        "records": rights.holds("camera.record", camera_id),
        "tabs": one_camera_tabs(request, camera_id),
        "panels": panels(Slot.CAMERA, request, camera_id),
    }
    return render(request, "webapp/administration/camera.html", shown)


@page("system.view")
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """Is everything well?"""
    may_fix = rights_for(request).holds("system.settings")
    return _system(request, "overview", panels=panels(Slot.DASHBOARD, request), may_fix=may_fix)


@page("system.settings")
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """The site's name and time, and where recordings lie."""
    return _system(request, "settings", panels=panels(Slot.SETTINGS, request))


@page("system.plugins")
@require_safe
def plugins(request: HttpRequest) -> HttpResponse:
    """Plugins, their settings and what is wrong with them."""
    rights = rights_for(request)
    may_change, may_read_log = rights.holds("system.settings"), rights.holds("system.log")
    shown = {"may_change": may_change, "may_read_log": may_read_log, "may_trust": rights.holds("system.trust")}
    return _system(request, "plugins", **shown)


@page("system.configuration")
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """All settings as one file, and back."""
    return _system(request, "configuration")


@page("system.log")
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What all processes say, as they say it."""
    return _system(request, "log")


@page("system.settings")
@require_safe
@ensure_csrf_cookie
def first_steps(request: HttpRequest) -> HttpResponse:
    """The wizard of the first start; it may be gone through again at any time."""
    return render(request, "webapp/administration/first_steps.html")


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages of the administration that are open to who asks."""
    rights = rights_for(request)
    own = [(reverse(address), title) for address, title, permission in TABS if rights.holds(permission)]
    of_plugins = [
        (reverse("plugin-page", args=(one.plugin, one.name)), gettext(one.title))
        for one in plugin_pages(request, Slot.SYSTEM)
    ]
    return [{"url": url, "title": title, "current": _lies_at(request.path, url)} for url, title in [*own, *of_plugins]]


def _lies_at(path: str, address: str) -> bool:
    """Whether a page is this one or below it; the overview lies above all others."""
    return path == address or (address != reverse("system") and path.startswith(address))


def _system(request: HttpRequest, name: str, **shown: Any) -> HttpResponse:
    return render(request, f"webapp/administration/{name}.html", {"tabs": tabs(request), **shown})
