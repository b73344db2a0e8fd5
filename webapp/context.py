"""What every template of the portal may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from core.api import Slot
from core.api.services import arm_mode, arm_modes, panels, rights_for, site
from webapp.navigation import places

BUILTIN_MODES = {"disarmed": _("Disarmed"), "home": _("Home"), "away": _("Away")}
THEME_COOKIE = "theme"
THEMES = ("dark", "light", "system")


def portal(request: HttpRequest) -> dict[str, Any]:
    """theme: one of THEMES, as the browser chose; places: of the rail, more_places: those of them that a phone has
    behind "More"; languages: code and own name;
    arming: what the site is armed as and can be, for who may arm it, else None;
    watermark: the user's name where it is to be drawn over the pages, else empty;
    user_panels, frame_panels: what plugins have in the user's menu and on every page.
    """
    theme = request.COOKIES.get(THEME_COOKIE, THEMES[0])
    user = getattr(request, "user", None)
    shown = places(request) if user is not None and user.is_authenticated else []
    return {
        "theme": theme if theme in THEMES else THEMES[0],
        "languages": settings.LANGUAGES,
        "places": shown,
        "more_places": [place for place in shown if place.get("far")],
        # Panels are templates with this very context: only the page itself asks for those around it.
        "arming": SimpleLazyObject(lambda: _arming(request)),
        "watermark": SimpleLazyObject(lambda: _watermark(request)),
        "user_panels": SimpleLazyObject(lambda: panels(Slot.USER, request)),
        "frame_panels": SimpleLazyObject(lambda: panels(Slot.FRAME, request)),
    }


def _arming(request: HttpRequest) -> dict[str, Any] | None:
    if not rights_for(request).holds("site.arm"):
        return None
    return {"mode": arm_mode(), "modes": [(name, BUILTIN_MODES.get(name, name)) for name in arm_modes()]}


def _watermark(request: HttpRequest) -> str:
    return request.user.get_username() if site().live_watermark else ""
