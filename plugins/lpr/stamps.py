"""Text in pictures that no plate says: dates and times that cameras write there, words in small letters."""

from __future__ import annotations

import re

_TIME = re.compile(r"(?<![A-Z\d])\d{1,2}\s*[:;]\s*\d{2}(?!\d*[A-Z])")
_DATE = re.compile(r"(?<![A-Z\d])(\d{4}([-/.:])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{4})")
_DIGITS_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d*")
_SMALL = frozenset("abdefghijlmnqrty")
"""Small letters that look unlike their capitals."""


def is_stamp(raw: str) -> bool:
    """Whether a text, as written, is a date or a time."""
    text = raw.upper().replace(" ", "")
    letters = sum(char.isalpha() for char in text)
    if letters > 2:
        return False
    return bool(_TIME.search(text) or _DATE.search(text) or _DIGITS_DATE.fullmatch(re.sub(r"\W", "", text)))


def is_small(raw: str) -> bool:
    """Whether a text is written in small letters, which no plate is."""
    return sum(char in _SMALL for char in raw) >= 2
