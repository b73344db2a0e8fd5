"""Finding plugins without importing them: entry points of installed packages, and the folder `plugins/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

GROUP = "eyrie.plugins"
IN_TREE = Path(__file__).resolve().parents[2] / "plugins"


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that is there. problem: one sentence when it cannot be used as it stands. folder: of one in `plugins/`;
    shipped: it comes with Eyrie.
    """

    name: str
    module: str
    source: str
    in_tree: bool
    problem: str = ""
    folder: Path | None = None
    shipped: bool = False


def discover(folder: Path = IN_TREE) -> dict[str, Found]:
    """All plugins by name. One in the folder wins over a package of the same name; two such packages are refused."""
    found = {one.name: one for one in _in_folder(folder)}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        other = _of_entry(entry)
        known = found.get(other.name)
        if known is None:
            found[other.name] = other
        elif known.module != other.module:
            found[other.name] = _clash(known, other)
    return found


def built_in(folder: Path = IN_TREE) -> list[str]:
    """Names of the plugins that are on unless EYRIE_PLUGINS says otherwise: the list in `plugins/enabled.toml`."""
    return _listed(folder, "enabled")


def _listed(folder: Path, *keys: str) -> list[str]:
    path = folder / "enabled.toml"
    lists = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return [str(name) for key in keys for name in lists.get(key, [])]


def _in_folder(folder: Path) -> list[Found]:
    places = [place for place in sorted(folder.iterdir()) if place.is_dir()] if folder.is_dir() else []
    shipped = _listed(folder, "enabled", "others")
    return [_of_folder(place, shipped) for place in places if place.name[0] not in "._" and _has_content(place)]


def _has_content(place: Path) -> bool:
    # A folder that holds nothing but byte code is what a deleted plugin leaves behind.
    return any(child.name != "__pycache__" for child in place.iterdir())


def _of_folder(place: Path, shipped: list[str]) -> Found:
    problem = ""
    if not (place / "apps.py").is_file():
        problem = f"{place} has no apps.py with a `Config` that carries `meta`; add it, or remove the folder."
    return Found(place.name, f"plugins.{place.name}", "plugins/", True, problem, place, place.name in shipped)


def _of_entry(entry: EntryPoint) -> Found:
    source = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an installed package"
    return Found(entry.name, entry.module, source, False)


def _clash(known: Found, other: Found) -> Found:
    problem = f"{known.source} ({known.module}) and {other.source} ({other.module}) both provide the plugin"
    if known.in_tree:
        return known
    return Found(known.name, known.module, known.source, False, f"{problem} {known.name}; uninstall one of them.")
