"""A second factor that the provider asked for counts only where that is set."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.oidc.claims import second_factor_given
from plugins.oidc.settings import OidcSettings


@pytest.mark.parametrize(
    ("claims", "counting", "given"),
    [
        ({"amr": ["pwd", "mfa"]}, ["mfa"], True),
        ({"amr": ["pwd"]}, ["mfa"], False),
        ({"amr": ["pwd", "mfa"]}, [], False),
        ({"acr": "urn:gold"}, ["urn:gold", "mfa"], True),
        ({"amr": "mfa"}, ["mfa"], True),
        ({"amr": None, "acr": 2}, ["mfa"], False),
        ({}, ["mfa"], False),
    ],
)
def test_what_counts(claims: dict[str, Any], counting: list[str], given: bool) -> None:
    settings = OidcSettings(issuer="https://id.example.org", client_id="eyrie", second_factor=counting)
    assert second_factor_given({"sub": "1", **claims}, settings) is given
