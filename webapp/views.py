"""Pages that belong to no room: signing in, pages of plugins, and the texts of the modules."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import check_for_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from core.api import Slot
from core.api.services import PUBLIC, SIGNED_IN, page, plugin_page, plugin_pages
from webapp.administration import tabs
from webapp.recording import camera_tabs
from webapp.texts import catalogue


@page(PUBLIC)
@require_safe
@cache_control(max_age=300)
def texts(request: HttpRequest, language: str) -> HttpResponse:
    """The catalogue of a language for `eyrie/i18n.js`: text to its translation, or to [singular, plural]."""
    if not check_for_language(language):
        raise Http404
    return JsonResponse(catalogue(language), json_dumps_params={"ensure_ascii": False})


@page(SIGNED_IN)
@require_safe
@ensure_csrf_cookie
def of_plugin(request: HttpRequest, plugin: str, name: str) -> HttpResponse:
    """A page of a plugin's own, for those who hold its permission for something; 404 for all others."""
    found = plugin_page(plugin, name, request)
    if found is None:
        raise Http404
    shown = {"panel": found, "title": gettext(found.title), "heading": gettext(found.title)}
    for slot, heading, above in (
        (Slot.SYSTEM, gettext("System"), tabs),
        (Slot.CAMERAS, gettext("Cameras"), camera_tabs),
    ):
        if (plugin, name) in {(one.plugin, one.name) for one in plugin_pages(request, slot)}:
            shown |= {"heading": heading, "tabs": above(request)}
    return render(request, "webapp/plugin_page.html", shown)


@page(PUBLIC)
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to `next`."""
    return set_language(request)
