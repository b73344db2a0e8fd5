"""Keeps secrets out of what people read: log lines above all."""

from __future__ import annotations

import re
from typing import Any

_MASK = "***"
_URL_PASSWORD = re.compile(r"(\w://[^\s:/@]*):[^\s/]+@")
_SCHEME = re.compile(r"\b(Token|Bearer|Basic)\s+[\w+/=.~-]{8,}")
_NAMED = re.compile(
    r"(?i)(\w*(?:password|passwd|secret|api[_-]?key|access[_-]?token)[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}]+)"
)


_SECRET_NAME = re.compile(r"(?i)password|passwd|secret|api[_-]?key|access[_-]?token")


def mask(text: str) -> str:
    """The text without passwords of URLs, authorization headers and values that a name gives away as secret."""
    text = _URL_PASSWORD.sub(rf"\1:{_MASK}@", text)
    text = _SCHEME.sub(rf"\1 {_MASK}", text)
    return _NAMED.sub(rf"\1{_MASK}", text)


def mask_values(value: Any) -> Any:
    """The same for JSON values, each text by itself, so that what is made of it stays JSON; and what a key names."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {
            key: _MASK if isinstance(inner, str) and inner and _SECRET_NAME.search(str(key)) else mask_values(inner)
            for key, inner in value.items()
        }
    return [mask_values(inner) for inner in value] if isinstance(value, list | tuple) else value
