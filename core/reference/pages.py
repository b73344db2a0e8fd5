"""All pages of the reference by file name."""

from __future__ import annotations

from core.pluginhost import PluginHost, signatures
from core.reference import access_page, api_pages, system_pages


def pages(host: PluginHost) -> dict[str, str]:
    """What `docs/reference/` must hold; the snapshot of the plugin API under its own name `signatures.txt`."""
    return {
        "hooks.md": api_pages.hooks_page(),
        "types.md": api_pages.types_page(),
        "settings.md": system_pages.settings_page(),
        "plugin-settings.md": system_pages.plugin_settings_page(host),
        "access-matrix.md": access_page.access_page(),
        "permissions.md": system_pages.permissions_page(host),
        "events.md": system_pages.events_page(host),
        "audit.md": system_pages.audit_page(host),
        "topics.md": system_pages.topics_page(),
        "endpoints.md": system_pages.endpoints_page(),
        signatures.SNAPSHOT.name: signatures.snapshot(),
    }
