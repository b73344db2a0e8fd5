"""The portal as an app of a phone or a desk: its manifest, its service worker, and what is shown without a server."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from core.api.services import PUBLIC, page, site

GROUND = "#0e1013"  # --ground of the dark theme
ICONS = (
    ("eyrie-192.png", "192x192", "any"),
    ("eyrie-512.png", "512x512", "any"),
    ("eyrie-maskable.png", "512x512", "maskable"),
)


@page(PUBLIC)
@require_safe
@cache_control(max_age=300)
def manifest(request: HttpRequest) -> HttpResponse:
    """Name, icons and colours of the installed app (W3C Web Application Manifest)."""
    icons = [
        {"src": static(f"webapp/icons/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in ICONS
    ]
    return JsonResponse(
        {
            "id": "/",
            "name": f"Eyrie {site().name}".strip(),
            "short_name": "Eyrie",
            "description": gettext("Watch, search and play back your cameras."),
            "lang": get_language(),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": GROUND,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@page(PUBLIC)
@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it names the static files' version, so that a new version is a new worker."""
    return render(
        request, "webapp/app/service-worker.js", {"static": settings.STATIC_URL}, content_type="text/javascript"
    )


@page(PUBLIC)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker keeps and shows while the server does not answer."""
    return render(request, "webapp/app/offline.html")
