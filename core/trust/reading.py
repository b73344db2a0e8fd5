"""What a package's source says it contains, read without running it."""

from __future__ import annotations

import ast
from pathlib import Path

from core.trust.manifest import Contents, ManifestError

_DEFAULT_API = ">=1.0,<2"  # of PluginMeta


def declared_plugins(folder: Path) -> dict[str, Contents]:
    """The plugins that the `apps.py` files below a folder declare. Raises ManifestError, OSError.

    Only what stands there as plain words is read: `PluginMeta(name="…", title="…", version="…")`.
    """
    found: dict[str, Contents] = {}
    for file in sorted(folder.rglob("apps.py")):
        for call in _metas(file):
            values = {keyword.arg: _text(keyword.value) for keyword in call.keywords}
            name, version = values.get("name"), values.get("version")
            if not name or not version:
                raise ManifestError(f"{file}: name and version of PluginMeta must be plain words to be signed.")
            found[name] = Contents(version, values.get("requires_api") or _DEFAULT_API)
    if not found:
        raise ManifestError(f"{folder} declares no plugin; give a package with PluginMeta in its apps.py.")
    return found


def _metas(file: Path) -> list[ast.Call]:
    try:
        tree = ast.parse(file.read_bytes(), str(file))
    except SyntaxError as error:
        raise ManifestError(f"{file}: line {error.lineno} is no Python; mend it before signing.") from error
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if _called(call.func) == "PluginMeta"]


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
