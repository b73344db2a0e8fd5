"""Panels of plugins, rendered for the portal. One that raises costs its own card only."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.access.rights import rights_for
from core.hookspecs.web import PanelSpec, Slot
from core.pluginhost import host
from core.pluginhost.guard import describe
from core.pluginhost.registry import Entry

PAGES = (Slot.NAVIGATION, Slot.SYSTEM, Slot.CAMERAS)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel as it came out. html: empty when it failed, and then `error` says how, in one line."""

    plugin: str
    name: str
    title: str
    html: SafeString
    error: str


@dataclass(frozen=True, slots=True)
class PluginPage:
    """A page of a plugin, as rail or tabs show it. title: as the plugin says it, in English; icon: of lucide."""

    plugin: str
    name: str
    title: str
    icon: str


def plugin_pages(request: HttpRequest, slot: Slot = Slot.NAVIGATION) -> list[PluginPage]:
    """Pages of plugins that are open to who asks: of the rail, or of the tabs of System (Slot.SYSTEM) or Cameras."""
    found = [(entry.plugin, entry.spec) for entry in _pages(request) if entry.spec.slot is slot]
    return [PluginPage(plugin, spec.name, spec.title, spec.icon) for plugin, spec in found]


def plugin_page(plugin: str, name: str, request: HttpRequest) -> Panel | None:
    """One of these pages, rendered; None when there is no such page for who asks."""
    for entry in _pages(request):
        if (entry.plugin, entry.spec.name) == (plugin, name):
            return _rendered(plugin, entry.spec, request, None)
    return None


def _pages(request: HttpRequest) -> list[Entry[PanelSpec]]:
    """It is enough to hold a page's permission for some camera: the page itself asks what it may show."""
    rights = rights_for(request)
    entries = host().registry.entries(PanelSpec)
    return [one for one in entries if one.spec.slot in PAGES and rights.holds_somewhere(one.spec.permission)]


def panels(slot: Slot, request: HttpRequest, camera_id: int | None = None) -> list[Panel]:
    """What plugins show in a slot, of a camera where the slot is of one, to who asks: by name."""
    rights = rights_for(request)
    found = (
        _rendered(entry.plugin, entry.spec, request, camera_id)
        for entry in host().registry.entries(PanelSpec)
        if entry.spec.slot is slot and rights.holds(entry.spec.permission, camera_id)
    )
    return [panel for panel in found if panel is not None]


def _rendered(plugin: str, spec: PanelSpec, request: HttpRequest, camera_id: int | None) -> Panel | None:
    def render() -> SafeString | None:
        context = spec.context(request, camera_id)
        return None if context is None else render_to_string(spec.template, context, request)

    outcome = host().run(plugin, f"panel {spec.name}", render)
    if outcome.ok and outcome.value is None:
        return None
    error = describe(outcome.error) if outcome.error else ""
    return Panel(plugin, spec.name, spec.title, outcome.value or SafeString(), error)
