"""What the sign-in page shows before anybody has typed anything."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from core.signin import flow, passkeys


@dataclass(frozen=True, slots=True)
class Doorstep:
    """passkeys: offered; ways: of the second factor that this session waits for, after a single sign-on."""

    passkeys: bool
    ways: tuple[str, ...]


def doorstep(request: HttpRequest) -> Doorstep:
    """Passkeys are offered where they work and somebody has one."""
    waiting = flow.waiting_for(request)
    offered = not passkeys.why_not(request) and Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()
    return Doorstep(offered, waiting[1] if waiting else ())
