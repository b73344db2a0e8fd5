"""Trying a provider: what it says of itself, and its keys. Who somebody is it tells only when they sign in."""

from __future__ import annotations

from core.api import DirectoryError, Step, SystemClock, Trial
from plugins.oidc.provider import Provider
from plugins.oidc.settings import OidcSettings


def try_out(settings: OidcSettings) -> Trial:
    """Each step up to the first that fails."""
    provider = Provider(settings, SystemClock())
    steps = []
    try:
        endpoints = provider.endpoints()
        steps.append(Step("Provider", True, f"It answers, and sends people to {endpoints.authorization} to sign in."))
        keys = provider.keys(again=True)
    except DirectoryError as error:
        what = "Keys" if steps else "Provider"
        return Trial((*steps, Step(what, False, str(error))))
    if not keys:
        steps.append(Step("Keys", False, "It names no key that its words could be checked with; look at its settings."))
    else:
        steps.append(Step("Keys", True, f"It names {len(keys)} keys. The secret is tried when somebody signs in."))
    return Trial(tuple(steps))
