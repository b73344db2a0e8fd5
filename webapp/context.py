"""What every template of the portal may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from webapp.navigation import places

THEME_COOKIE = "theme"
THEMES = ("dark", "light", "system")


def portal(request: HttpRequest) -> dict[str, Any]:
    """theme: one of THEMES, as the browser chose; places: of the rail; languages: code and own name."""
    theme = request.COOKIES.get(THEME_COOKIE, THEMES[0])
    user = getattr(request, "user", None)
    return {
        "theme": theme if theme in THEMES else THEMES[0],
        "languages": settings.LANGUAGES,
        "places": places(request) if user is not None and user.is_authenticated else [],
    }
