"""The places of the rail. A page adds its line here; one whose permission is held for nothing is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from core.api import Slot
from core.api.services import SIGNED_IN, PluginPage, plugin_pages, rights_for


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the rail. name: of its URL; permission: that must be held for something; icon: of lucide.

    apart: begins the group at the end of the rail. near: has its own place in a phone's bar, which has few.
    """

    name: str
    title: str | Promise
    icon: str
    permission: str
    apart: bool = False
    near: bool = False


PLACES = (
    Place("home", _("Live"), "video", "camera.live", near=True),
    Place("playback", _("Playback"), "history", "camera.playback", near=True),
    Place("events", _("Events"), "bell", "event.view", near=True),
    Place("exports", _("Exports"), "file-archive", "camera.export"),
    Place("rules", _("Rules"), "zap", "rule.view"),
    Place("cameras", _("Cameras"), "cctv", "camera.view", apart=True, near=True),
    Place("system", _("System"), "activity", "system.view"),
)
IN_A_PHONES_BAR = 5


def places(request: HttpRequest) -> list[dict[str, Any]]:
    """What the rail shows to who asks; `current` is the longest address that the page lies below.

    `far`: on a phone it lies behind "More".
    """
    rights = rights_for(request)
    open_ones = [place for place in PLACES if place.permission == SIGNED_IN or rights.holds_somewhere(place.permission)]
    end = next((number for number, place in enumerate(open_ones) if place.apart), len(open_ones))
    pages = plugin_pages(request)
    if not rights.holds_somewhere("system.view"):  # whose tabs lie below a place that is not shown
        pages += plugin_pages(request, Slot.SYSTEM)
    of_plugins = map(_of_plugin, pages)
    shown = [*map(_shown, open_ones[:end]), *of_plugins, *map(_shown, open_ones[end:])]
    if len(shown) > IN_A_PHONES_BAR:  # one place of the bar is "More"
        for place in sorted(shown, key=lambda one: not one["near"])[IN_A_PHONES_BAR - 1 :]:
            place["far"] = True
    below = [place for place in shown if _lies_below(request.path, str(place["url"]))]
    if below:
        max(below, key=lambda place: len(str(place["url"])))["current"] = True
    return shown


def _shown(place: Place) -> dict[str, Any]:
    return {
        "title": place.title,
        "icon": place.icon,
        "url": reverse(place.name),
        "apart": place.apart,
        "near": place.near,
    }


def _of_plugin(page: PluginPage) -> dict[str, Any]:
    """A plugin's page. Its title is translated where the catalogue has it; an icon that lucide lacks is not shown."""
    icon = page.icon
    try:
        lucide(icon)
    except IconDoesNotExist:
        icon = "puzzle"
    url = reverse("plugin-page", args=(page.plugin, page.name))
    return {"title": gettext(page.title), "icon": icon, "url": url, "apart": False, "near": False}


def _lies_below(path: str, root: str) -> bool:
    return path == root if root == "/" else path.startswith(root)
