"""Passkeys (WebAuthn): registered for one host name, good for signing in without a password and as a second factor.

fido2 checks the ceremony (W3C Web Authentication Level 2, 7.1 and 7.2). It is loaded when first needed.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from core.access.models import User
from core.system.site import site

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

_CHALLENGE = "passkey"
"""In the session, from begin to complete."""
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What fido2 raises over an answer that is none."""


def host_of(request: HttpRequest) -> str:
    """The name that passkeys of this page are for (the RP ID)."""
    return urlsplit(f"//{request.get_host()}").hostname or ""


class PasskeyError(Exception):
    """No passkey can be made or used from here; the message is one sentence for a person."""


def check_host(request: HttpRequest) -> None:
    """Raises PasskeyError where browsers have no passkeys: without HTTPS, and at a bare address."""
    host = host_of(request)
    try:
        ip_address(host)
    except ValueError:
        if not request.is_secure() and host != "localhost":
            raise PasskeyError("Passkeys need HTTPS; this page came without.") from None
    else:
        raise PasskeyError("Passkeys need a host name; open Eyrie by its name instead of its IP address.")


def why_not(request: HttpRequest) -> str:
    """Why no passkey can be made or used here, in one sentence; empty when they can."""
    try:
        check_host(request)
    except PasskeyError as error:
        return str(error)
    return ""


def begin_adding(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser's `credentials.create` takes."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    name = user.get_username()
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=str(user.pk).encode(), name=name, display_name=name),
        [_credential(row) for row in _rows(user, host_of(request))],
        ResidentKeyRequirement.REQUIRED,
        UserVerificationRequirement.REQUIRED,
    )
    request.session[_CHALLENGE] = state
    return dict(options)


def add(request: HttpRequest, user: User, answer: dict[str, Any], name: str) -> Authenticator | None:
    """Keep the passkey that the browser made; None when its answer does not hold."""
    found = _ceremony(request, lambda server, state: server.register_complete(state, answer))
    if found is None or found.credential_data is None:
        return None
    data = {
        "name": name,
        "host": host_of(request),
        "credential": base64.b64encode(bytes(found.credential_data)).decode(),
        "counter": found.counter,
    }
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def begin_using(request: HttpRequest, user: User | None = None) -> dict[str, Any]:
    """What the browser's `credentials.get` takes. user: None lets the passkey say whose it is."""
    from fido2.webauthn import UserVerificationRequirement

    options, state = _server(request).authenticate_begin(
        [_credential(row) for row in _rows(user, host_of(request))] if user else None,
        UserVerificationRequirement.REQUIRED,
    )
    request.session[_CHALLENGE] = state
    return dict(options)


def accept(request: HttpRequest, answer: dict[str, Any], user: User | None = None) -> User | None:
    """Whose passkey answered; None when the answer does not hold, or is not of the user who was asked for."""
    owner = user or _owner(answer)
    if owner is None:
        return None
    rows = list(_rows(owner, host_of(request)))
    credentials = [_credential(row) for row in rows]
    used = _ceremony(request, lambda server, state: server.authenticate_complete(state, credentials, answer))
    if used is None or not _counted(rows[credentials.index(used)], answer):
        return None
    return owner


@transaction.atomic
def _counted(row: Authenticator, answer: dict[str, Any]) -> bool:
    """False when the counter of signatures fell back: then two keys use the same secret (7.2, step 21)."""
    from fido2.webauthn import AuthenticationResponse

    counter = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    kept = Authenticator.objects.select_for_update().get(pk=row.pk)
    if (counter or kept.data["counter"]) and counter <= kept.data["counter"]:
        return False
    kept.data["counter"] = counter
    kept.save(update_fields=["data"])
    kept.record_usage()
    return True


def _ceremony(request: HttpRequest, check: Callable[[Fido2Server, Any], Any]) -> Any:
    """What the check returns; None when it fails. The challenge is good for one answer."""
    state = request.session.pop(_CHALLENGE, None)
    if state is None:
        return None
    try:
        return check(_server(request), state)
    except _MALFORMED:
        return None


def _server(request: HttpRequest) -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    entity = PublicKeyCredentialRpEntity(id=host_of(request), name=site().name or "Eyrie")
    return Fido2Server(entity, verify_origin=lambda origin: _is_ours(origin, request))


def _is_ours(origin: str, request: HttpRequest) -> bool:
    parts = urlsplit(origin)
    safe = parts.scheme == "https" or parts.hostname == "localhost"
    return safe and parts.netloc == request.get_host()


def _owner(answer: dict[str, Any]) -> User | None:
    from fido2.utils import websafe_decode

    try:
        owner = int(websafe_decode(answer["response"]["userHandle"]))
    except _MALFORMED:
        return None
    return User.objects.filter(pk=owner, is_active=True).first() if 0 < owner < 2**63 else None


def _rows(user: User, host: str) -> list[Authenticator]:
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("id")
    return [row for row in rows if row.data["host"] == host]


def _credential(row: Authenticator) -> AttestedCredentialData:
    from fido2.webauthn import AttestedCredentialData

    return AttestedCredentialData(base64.b64decode(row.data["credential"]))
