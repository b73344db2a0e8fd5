"""Which of the plugins found take part in this start: enabled, not quarantined, importable, compatible."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

from packaging.specifiers import SpecifierSet

from core.configuration import Configuration
from core.hookspecs.version import API_VERSION
from core.pluginhost.discovery import Found, built_in, discover
from core.pluginhost.guard import PluginError, describe, guarded
from core.pluginhost.metadata import PluginConfig, PluginMeta
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.switches import Switches
from core.pluginhost.trusting import Policy, Trust
from core.pluginhost.verified import load_verified

API = f"{API_VERSION[0]}.{API_VERSION[1]}"
REFUSED = (PluginState.FAILED, PluginState.INCOMPATIBLE, PluginState.QUARANTINED, PluginState.UNTRUSTED)


def select(config: Configuration, found: Mapping[str, Found] | None = None) -> list[PluginRecord]:
    """A record for every plugin known, sorted by name; those to load are in state `loading` with their `meta`.

    Looks whether they are signed, as EYRIE_PLUGIN_TRUST says, before anything of them is imported. Then imports
    `apps.py` of enabled plugins and nothing else of any plugin. Raises PluginError in strict mode when an enabled
    plugin cannot be used, ConfigurationError when the switch files are unreadable.
    """
    found = discover() if found is None else found
    switches = Switches(config.data)
    wanted = set(built_in() if config.plugins is None else config.plugins) | set(switches.enabled())
    off = set(config.plugins_disabled) | set(switches.disabled())
    records = [_record(found[name]) if name in found else _absent(name) for name in sorted(wanted | set(found))]
    for record in records:
        _switch(record, wanted=record.name in wanted, off=config.safe_mode or record.name in off)
    _quarantine(records, switches.quarantined())
    _trust(records, found, config)
    for record in records:
        if record.state is PluginState.LOADING:
            _identify(record)
    _require_plugins(records)
    if config.strict_plugins:
        _insist([record for record in records if record.name in wanted])
    return records


def begins(config: Configuration, record: PluginRecord) -> bool:
    """Whether the plugin takes part from the next start on, as the configuration and the switches stand now."""
    switches = Switches(config.data)
    wanted = record.name in {*(built_in() if config.plugins is None else config.plugins), *switches.enabled()}
    off = config.safe_mode or record.name in {*config.plugins_disabled, *switches.disabled(), *switches.quarantined()}
    return wanted and not off


def is_running(record: PluginRecord) -> bool:
    """Whether the plugin took part in this start, however it went."""
    return record.state not in (PluginState.DISCOVERED, PluginState.DISABLED, PluginState.QUARANTINED)


def _record(found: Found) -> PluginRecord:
    record = PluginRecord(found.name, found.module, found.source, in_tree=found.in_tree)
    if found.problem:
        record.refuse(PluginState.FAILED, found.problem)
    return record


def _absent(name: str) -> PluginRecord:
    record = PluginRecord(name, "", "EYRIE_PLUGINS")
    record.refuse(PluginState.FAILED, "is enabled but not installed; install its package or remove it from the list.")
    return record


def _switch(record: PluginRecord, *, wanted: bool, off: bool) -> None:
    if off:
        record.refuse(PluginState.DISABLED, "")
    elif wanted and record.state is PluginState.DISCOVERED:
        record.state = PluginState.LOADING


def _quarantine(records: list[PluginRecord], reasons: dict[str, str]) -> None:
    for record in records:
        if record.state is not PluginState.LOADING:
            continue
        if record.name in reasons:
            record.refuse(PluginState.QUARANTINED, reasons[record.name])
        for key, why in reasons.items():
            plugin, _, worker = key.partition(":")
            if worker and plugin == record.name:
                record.failing[f"worker {worker}"] = f"quarantined: {why}"


def _trust(records: list[PluginRecord], found: Mapping[str, Found], config: Configuration) -> None:
    """Judge those that would be imported, and have those that are signed read as they were signed."""
    policy = Policy(config.plugin_trust)
    if policy is Policy.OFF:
        return
    trust = Trust(config.data)
    for record in records:
        if record.state is not PluginState.LOADING:
            continue
        package, record.trust = trust.judge(found[record.name])
        if record.trust.manifest is not None and package is not None:
            load_verified(package, record.trust.manifest)
        elif not record.trust.good and policy is Policy.REQUIRE:
            record.refuse(PluginState.UNTRUSTED, record.trust.sentence)


def _identify(record: PluginRecord) -> None:
    outcome = guarded(record.name, _meta, record.module)
    if outcome.value is None:
        why = describe(outcome.error) if outcome.error else ""
        record.refuse(PluginState.FAILED, f"{record.module}.apps: {why}")
        return
    meta, record.folder = outcome.value
    record.meta = meta
    if meta.name != record.name:
        record.refuse(PluginState.FAILED, f"is found as {record.name} but its meta says {meta.name}; make them equal.")
    elif API not in SpecifierSet(meta.requires_api):
        record.refuse(PluginState.INCOMPATIBLE, f"needs plugin API {meta.requires_api}, this Eyrie has {API}.")


def _meta(module: str) -> tuple[PluginMeta, Path | None]:
    config = getattr(importlib.import_module(f"{module}.apps"), "Config", None)
    if not (isinstance(config, type) and issubclass(config, PluginConfig)):
        raise TypeError("defines no `class Config(PluginConfig)`; see docs/reference/plugins.md.")
    spec = importlib.util.find_spec(module)
    return config.meta, Path(spec.origin).parent if spec and spec.origin else None


def _require_plugins(records: list[PluginRecord]) -> None:
    """Refuse plugins whose requirements are not met, until no more fall."""
    fallen = True
    while fallen:
        here = {r.name: r.meta for r in records if r.state is PluginState.LOADING and r.meta}
        fallen = False
        for record in records:
            missing = _missing(here[record.name], here) if record.name in here else ""
            if missing:
                record.refuse(PluginState.INCOMPATIBLE, f"needs the plugin {missing}, which is not there; enable it.")
                fallen = True


def _missing(meta: PluginMeta, here: Mapping[str, PluginMeta]) -> str:
    for need in meta.requirements():
        if need.name not in here or here[need.name].version not in need.specifier:
            return str(need)
    return ""


def _insist(records: list[PluginRecord]) -> None:
    for record in records:
        if record.state in REFUSED:
            raise PluginError(record.name, record.state, record.error)
