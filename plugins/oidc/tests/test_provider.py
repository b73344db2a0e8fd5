"""A provider that is tried, and settings that cannot be. The whole way through one is in tests/directories."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from core.testing.specs import check_descriptor
from plugins.oidc.hooks import register_directories
from plugins.oidc.settings import OidcSettings
from plugins.oidc.testing import LocalProvider
from plugins.oidc.trial import try_out


def test_the_descriptor() -> None:
    for spec in register_directories():
        check_descriptor(spec)


def test_a_trial_tells_each_step(provider: LocalProvider) -> None:
    steps = try_out(OidcSettings(**provider.settings())).steps
    assert [(step.what, step.ok) for step in steps] == [("Provider", True), ("Keys", True)]
    assert "1 keys" in steps[1].sentence
    gone = try_out(OidcSettings(**provider.settings(issuer="http://localhost:9"))).steps
    assert [(step.what, step.ok) for step in gone] == [("Provider", False)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://id.example.org"),
        ("issuer", "https://user:pass@id.example.org"),
        ("issuer", "id.example.org"),
        ("client_id", ""),
        ("groups_claim", "a b"),
        ("ca", "no certificate"),
    ],
)
def test_settings_that_cannot_be(field: str, value: str) -> None:
    good = {"issuer": "https://id.example.org/.well-known/openid-configuration", "client_id": "eyrie"}
    assert OidcSettings.model_validate(good).issuer == "https://id.example.org"
    assert OidcSettings.model_validate(good | {"scopes": "groups"}).scopes == "openid groups"
    with pytest.raises(ValidationError, match=field):
        OidcSettings.model_validate(good | {field: value})
