"""The component gallery: each component in each state, for those who build the portal. Only with EYRIE_DEBUG."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.api.services import SIGNED_IN, page


@page(SIGNED_IN)
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """All components on one page."""
    context = {
        "tones": ["good", "warn", "bad", "record", "quiet"],
        "colours": [
            "ground",
            "surface",
            "raised",
            "hover",
            "line",
            "text",
            "text-quiet",
            "accent",
            "good",
            "warn",
            "bad",
        ],
    }
    return render(request, "webapp/gallery.html", context)
