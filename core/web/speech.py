"""Sentences of the server in the reader's language.

What goes wrong is said in English where it happens: in a recorder, a thread, a plugin; and it is logged, stored with an
event, kept in a check's outcome. Only here, where it leaves for a reader, is their language known. So a sentence is
recognised by its English form, in which `{}` stands for a value, and said anew; a value may be such a sentence itself.
A form that has no full stop is also recognised with one: what a model's own check says gets it in core.wording.
What is not recognised stays English. The forms lie in `core/locale/<language>/sentences.po` (scripts/sentences.py).
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, parse_cookie
from django.utils import translation

LOCALE = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = "sentences"
VALUE = "{}"
LONGEST = 500
"""Characters; longer texts are no sentences of ours."""
DEPTH = 3


class Speech:
    """The sentences of one language."""

    def __init__(self, forms: dict[str, str]) -> None:
        self._plain = {form: said for form, said in forms.items() if VALUE not in form}
        with_values = [form for form in forms if VALUE in form]
        # The more of its own a form says, the surer it is meant.
        self._forms = [
            (re.compile(_pattern(form) + _stop(form), re.DOTALL), forms[form].split(VALUE))
            for form in sorted(with_values, key=lambda form: -len(form.replace(VALUE, "")))
        ]

    def say(self, text: str, depth: int = DEPTH) -> str:
        """The sentence in this language, or as it is."""
        for known, stop in ((text, ""), (text.removesuffix("."), ".")):
            if known in self._plain:
                return self._plain[known] + stop * text.endswith(stop)
        for pattern, parts in self._forms:
            if found := pattern.fullmatch(text):
                *values, stop = found.groups()
                told = [self.say(value, depth - 1) if depth else value for value in values]
                return "".join(part + value for part, value in zip(parts, [*told, stop], strict=True))
        return text


def said(text: str, language: str | None = None) -> str:
    """A sentence in the language of the request that is being answered, or in another one."""
    wanted = language or translation.get_language() or ""
    return _said(text, wanted) if 0 < len(text) <= LONGEST and not wanted.startswith("en") else text


def everything_said(body: Any) -> Any:
    """A JSON value with every text in it said; for bodies of errors, which hold nothing else."""
    if isinstance(body, str):
        return said(body)
    if isinstance(body, dict):
        return {key: everything_said(value) for key, value in body.items()}
    return [everything_said(value) for value in body] if isinstance(body, list) else body


def language_of(scope: dict[str, Any]) -> str:
    """The language of who opened a websocket, by cookie and Accept-Language as on pages."""
    headers = dict(scope.get("headers", ()))
    request = HttpRequest()
    request.COOKIES = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", b"").decode("latin-1")
    return translation.get_language_from_request(request)


def forms(language: str) -> dict[str, str]:
    """English form to the form in this language; empty where there is no such language."""
    found = gettext.translation(DOMAIN, LOCALE, [language], fallback=True)
    entries: dict[str, str] = getattr(found, "_catalog", {})
    return {form: text for form, text in entries.items() if form}


@lru_cache(4096)
def _said(text: str, language: str) -> str:
    return _speech(language).say(text)


@cache
def _speech(language: str) -> Speech:
    return Speech(forms(language) or forms(language.split("-")[0]))


def _pattern(form: str) -> str:
    return "".join(_pieces(form))


def _stop(form: str) -> str:
    """A group for the full stop that a form has not; after a value it would be the value's."""
    return r"(\.?)" if form[-1].isalnum() else "()"


def _pieces(form: str) -> Iterator[str]:
    first, *others = form.split(VALUE)
    yield re.escape(first)
    for part in others:
        yield "(.+?)"
        yield re.escape(part)
