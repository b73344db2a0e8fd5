"""Keeps secrets out of what people read: log lines above all."""

from __future__ import annotations

import re

_MASK = "***"
_URL_PASSWORD = re.compile(r"(\w://[^\s:/@]*):[^\s/]+@")
_SCHEME = re.compile(r"\b(Token|Bearer|Basic)\s+[\w+/=.~-]{8,}")
_NAMED = re.compile(
    r"(?i)(\w*(?:password|passwd|secret|api[_-]?key|access[_-]?token)[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}]+)"
)


def mask(text: str) -> str:
    """The text without passwords of URLs, authorization headers and values that a name gives away as secret."""
    text = _URL_PASSWORD.sub(rf"\1:{_MASK}@", text)
    text = _SCHEME.sub(rf"\1 {_MASK}", text)
    return _NAMED.sub(rf"\1{_MASK}", text)
