"""All Python sources of the repository, parsed: for rules about the code itself."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("core", "plugins", "webapp", "tests", "bench")


@dataclass(frozen=True)
class Source:
    """One file. name: path below the repository."""

    name: str
    text: str
    tree: ast.Module

    @property
    def is_test(self) -> bool:
        return "tests" in Path(self.name).parts

    @property
    def module(self) -> str:
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def imports(self) -> tuple[tuple[int, str], ...]:
        """Line and full module name of each import that runs, `from a import b` as `a.b`."""
        return tuple(_imports(self.tree))


def _imports(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from ((child.lineno, alias.name) for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and not child.level:
            yield from ((child.lineno, f"{child.module}.{alias.name}") for alias in child.names)
        else:
            yield from _imports(child)


@cache
def sources() -> tuple[Source, ...]:
    """Every source file that is not a migration."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    texts = {path: path.read_text("utf-8") for path in paths if "migrations" not in path.parts}
    gc.disable()  # nothing of a million nodes is garbage, and looking for some took half of the time
    try:
        return tuple(
            Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text, str(path))) for path, text in texts.items()
        )
    finally:
        gc.freeze()
        gc.enable()
