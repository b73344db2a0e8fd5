"""From what a provider says of somebody to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.api import Person
from plugins.oidc.settings import OidcSettings


def person_of(claims: Mapping[str, Any], settings: OidcSettings) -> Person:
    """The person. `sub` tells who they are for good; a mail address is never taken for that."""
    return Person(
        id=str(claims["sub"])[:255],
        name=_text(_claim(claims, settings.name_claim)),
        mail=_text(claims.get("email")),
        first_name=_text(claims.get("given_name")),
        last_name=_text(claims.get("family_name")),
        groups=frozenset(_texts(_claim(claims, settings.groups_claim))),
    )


def second_factor_given(claims: Mapping[str, Any], settings: OidcSettings) -> bool:
    """Whether the provider says that it asked for a second factor, in words that count here (amr: RFC 8176)."""
    said = {*_texts(claims.get("amr")), *_texts(claims.get("acr"))}
    return bool(said & set(settings.second_factor))


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, or one within another by `outer.inner`."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and one:
            yield one
