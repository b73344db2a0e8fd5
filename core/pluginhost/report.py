"""What the host knows of its plugins as plain data: for the command line, REST and the portal alike."""

from __future__ import annotations

from typing import Any

from core.pluginhost.host import PluginHost
from core.pluginhost.records import PluginRecord
from core.pluginhost.registry import UnknownName


def plugin_list(host: PluginHost) -> list[dict[str, Any]]:
    """All plugins, each as `name, title, version, state, error, source, trust, signer, doubt`, sorted by name."""
    return [_summary(host.plugins[name]) for name in sorted(host.plugins)]


def plugin_detail(host: PluginHost, name: str) -> dict[str, Any]:
    """One plugin with what it needs, contributes and fails at. Raises UnknownName, listing the known ones."""
    record = host.plugins.get(name)
    if record is None:
        raise UnknownName(f"no plugin is called {name!r}; known: {', '.join(sorted(host.plugins)) or 'none'}.")
    meta = record.meta
    return _summary(record) | {
        "module": record.module,
        "summary": meta.summary if meta else "",
        "requires_api": meta.requires_api if meta else "",
        "requires_plugins": list(meta.requires_plugins) if meta else [],
        "contributes": [{"family": family, "name": key} for family, key in host.registry.of(name)],
        "failing": dict(record.failing),
        "failures": record.failures,
    }


def _summary(record: PluginRecord) -> dict[str, Any]:
    meta = record.meta
    return {
        "name": record.name,
        "title": meta.title if meta else "",
        "version": meta.version if meta else "",
        "state": str(record.state),
        "error": record.error,
        "source": record.source,
        "trust": str(record.trust.standing),
        "signer": record.trust.signer,
        "doubt": record.trust.sentence,
    }
