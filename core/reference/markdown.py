"""The little Markdown that the reference is made of."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

NOTE = "<!-- Made by `manage.py reference`; change the code, not this file. -->\n"


def page(title: str, *parts: str) -> str:
    """A whole page."""
    return "\n".join([NOTE, f"# {title}\n", *(part.rstrip() + "\n" for part in parts)])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; an empty one is a sentence."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return "None.\n"
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]) + "\n"


def prose(documented: object) -> str:
    """A docstring as paragraphs."""
    return (inspect.getdoc(documented) or "") + "\n"


def code(text: str) -> str:
    """A block of Python."""
    return f"```python\n{text}\n```\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
