"""The portal's texts in another language, as its modules take them."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "django"


@cache
def catalogue(language: str) -> dict[str, str | list[str]]:
    """English text to its translation, or to [singular, plural]; empty where there is no translation."""
    found = gettext.translation(DOMAIN, LOCALE, [language], fallback=True)
    texts: dict[str, str | list[str]] = {}
    entries: dict[str | tuple[str, int], str] = getattr(found, "_catalog", {})
    for key, text in entries.items():
        if isinstance(key, tuple):
            forms = texts.setdefault(key[0], ["", ""])
            assert isinstance(forms, list)  # noqa: S101  a text is either plural or not
            forms[key[1]] = text
        elif key:
            texts[key] = text
    return texts
