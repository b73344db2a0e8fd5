"""Core's own files in the configuration: the trusted keys, and the switches of plugins."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.configuration import configuration
from core.pluginhost.switches import Switches
from core.trust.keys import KeyTrouble, public_key
from core.trust.store import TrustStore

SWITCHES = "plugins.json"


def read_keys() -> dict[str, bytes]:
    """The trusted keys by file name; none where the store cannot be believed."""
    try:
        return {f"{name}.pub": key.line.encode() for name, key in _store().keys().items()}
    except KeyTrouble:
        return {}


def check_keys(files: Mapping[str, bytes]) -> None:
    """Raises ValueError (KeyTrouble) for what is no key."""
    _store().keys()
    for data in files.values():
        public_key(data.decode("utf-8", "replace"))


def write_keys(files: Mapping[str, bytes]) -> None:
    """Trust these keys, and no others. Raises KeyTrouble, OSError."""
    store = _store()
    wanted = {file.removesuffix(".pub"): data.decode("utf-8") for file, data in files.items()}
    known = store.keys()
    for name in [name for name, key in known.items() if wanted.get(name) != key.line]:
        store.remove(name)
    for name in [name for name in wanted if name not in known or wanted[name] != known[name].line]:
        store.add(name, wanted[name])


def read_switches() -> dict[str, bytes]:
    """The file of switches, if somebody ever switched a plugin."""
    switches = Switches(configuration().data)
    found = {"enabled": switches.enabled(), "disabled": switches.disabled()}
    return {SWITCHES: json.dumps(found).encode()} if any(found.values()) else {}


def check_switches(files: Mapping[str, bytes]) -> None:
    """Raises ValueError for what is no such file."""
    _switched(files)


def write_switches(files: Mapping[str, bytes]) -> None:
    """Switch plugins as the file says, from the next start on. Raises ConfigurationError, OSError."""
    switches = Switches(configuration().data)
    wanted = _switched(files)
    for name in wanted["enabled"]:
        switches.enable(name)
    for name in wanted["disabled"]:
        switches.disable(name)


def _switched(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    values = json.loads(files.get(SWITCHES, b"{}"))
    if not isinstance(values, dict):
        raise ValueError(f"{SWITCHES} must hold a JSON object.")
    return {key: [str(name) for name in values.get(key) or []] for key in ("enabled", "disabled")}


def _store() -> TrustStore:
    return TrustStore(configuration().data)
