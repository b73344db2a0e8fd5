"""What this plugin offers. A provider is asked by web only, when somebody signs in or tries it."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import DirectorySpec, RouteSpec, Trial, hookimpl
from plugins.oidc.settings import OidcSettings


def _test(settings: OidcSettings, name: str) -> Trial:
    from plugins.oidc.trial import try_out

    return try_out(settings)


def _entrance(slug: str) -> str:
    return f"/api/v1/plugins/oidc/{slug}/begin/"


@hookimpl
def register_directories() -> Iterable[DirectorySpec]:
    """A provider of single sign-on. It lists neither people nor groups."""
    return [DirectorySpec("oidc", "Single sign-on (OpenID Connect)", OidcSettings, _test, entrance=_entrance)]


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Where a sign-in begins, and where the provider sends people back to."""
    return [RouteSpec("plugins.oidc.urls")]
