"""Writes plugins as installed packages into a directory: what tests need to have broken ones."""

from __future__ import annotations

from pathlib import Path

META = """from core.api import PluginConfig, PluginMeta


class Config(PluginConfig):
    meta = PluginMeta(name={name!r}, title={title!r}, version="1.0"{more})
"""


def write_plugin(root: Path, name: str, *, meta: str = "", package: str = "", **files: str) -> str:
    """Install a plugin below `root`: entry point, `apps.py` and the given modules (`hooks="…"` writes hooks.py).

    meta: further arguments of its PluginMeta; apps="…" replaces apps.py. Returns the name of its Python package.
    """
    package = package or f"eyrie_{name}"
    place = root / package
    place.mkdir(parents=True)
    (place / "__init__.py").touch()
    (place / "apps.py").write_text(META.format(name=name, title=name.title(), more=f", {meta}" if meta else ""))
    for module, text in files.items():
        (place / f"{module}.py").write_text(text)
    info = root / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[eyrie.plugins]\n{name} = {package}\n")
    return package
