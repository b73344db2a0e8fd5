"""Signing in, step by step: the only way to a session, whichever door somebody comes through.

Password, passkey or single sign-on first; then the second factor, for who has one; then the session. Lockout is asked
before each look at a secret. Between the steps the session belongs to nobody and lasts five minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils.http import url_has_allowed_host_and_scheme

from core.access.models import User
from core.media.clock import Clock, SystemClock
from core.signin import lockout, passkeys, places, recovery, totp
from core.signin.devices import address_of

SECOND: Final = "signin_second_factor_given"
"""On the request, for the receiver of Django's signal that the session begins."""
_PENDING = "signin_pending"
_PENDING_MS = 300_000
LOCAL = "django.contrib.auth.backends.ModelBackend"
_CLOCK = SystemClock()
_WAYS = {Authenticator.Type.TOTP: "code", Authenticator.Type.WEBAUTHN: "passkey"}


class WrongError(Exception):
    """What was given is wrong; the message is one sentence that says nothing about whether the user exists."""


class LockedError(WrongError):
    """Too many wrong attempts. until: when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many wrong attempts.")
        self.until = until


@dataclass(frozen=True, slots=True)
class Step:
    """Where a sign-in stands. user: who is signed in now, or None; ways: how the second factor may be given."""

    user: User | None
    ways: tuple[str, ...] = ()


def with_password(request: HttpRequest, username: str, password: str) -> Step:
    """The first step. Raises WrongError, LockedError."""
    _not_locked(request, username)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        _refused(request, username, "password", "The user name or the password is wrong.", counted=True)
    return _first_done(request, user, "password")


def with_passkey(request: HttpRequest, answer: dict[str, Any], clock: Clock = _CLOCK) -> Step:
    """A passkey: as the second step where a first was done, else in place of both. Raises WrongError, LockedError."""
    waiting = _waiting(request, clock)
    user = passkeys.accept(request, answer, waiting[0] if waiting else None)
    if user is None:
        name = waiting[0].get_username() if waiting else ""
        _refused(request, name, "passkey", "This passkey does not fit; try again, or take another way.")
    _not_locked(request, user.get_username())
    via = f"{waiting[1]['via']} and passkey" if waiting else "passkey"
    return Step(_sign_in(request, user, via, second=True, backend=waiting[1]["backend"] if waiting else LOCAL))


def with_code(request: HttpRequest, code: str, clock: Clock = _CLOCK) -> Step:
    """The second step, by an app's code or a recovery code. Raises WrongError, LockedError."""
    waiting = _waiting(request, clock)
    if waiting is None:
        raise WrongError("This sign-in took too long; begin again.")
    user, pending = waiting
    name = user.get_username()
    _not_locked(request, name)
    way = second_factor(user, code, clock)
    if not way:
        _refused(request, name, "code", "This code is wrong, or was used before.")
    return Step(_sign_in(request, user, f"{pending['via']} and {way}", second=True, backend=pending["backend"]))


def second_factor(user: User, code: str, clock: Clock = _CLOCK) -> str:
    """What the code is: "code" of the user's app, "recovery", or empty when it is neither."""
    if totp.accept(user, code, clock):
        return "code"
    return "recovery" if recovery.accept(user, code) else ""


def finish_sign_in(
    request: HttpRequest,
    user: User,
    *,
    next_url: str = "/",
    second_factor_done: bool = False,
    backend: str = "core.directories.backend.DirectoryBackend",
    via: str = "single sign-on",
) -> HttpResponse:
    """Sign in whom somebody else vouches for: on to `next_url` of this host, or to the second factor, where one is due.

    Raises LockedError.
    """
    _not_locked(request, user.get_username())
    target = next_url if url_has_allowed_host_and_scheme(next_url, {request.get_host()}) else "/"
    user.backend = backend
    if second_factor_done:
        _sign_in(request, user, via, second=True, backend=backend)
    elif _first_done(request, user, via).user is None:
        return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': target})}")
    return HttpResponseRedirect(target)


def ways_of(user: User) -> tuple[str, ...]:
    """How the user can give a second factor: "code", "passkey", and "recovery" beside them."""
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    ways = tuple(way for kind, way in _WAYS.items() if kind in types)
    return (*ways, "recovery") if ways and Authenticator.Type.RECOVERY_CODES in types else ways


def waiting_for(request: HttpRequest, clock: Clock = _CLOCK) -> tuple[User, tuple[str, ...]] | None:
    """Whose second factor this session waits for, and how it may be given."""
    waiting = _waiting(request, clock)
    return (waiting[0], ways_of(waiting[0])) if waiting else None


def prove(request: HttpRequest, user: User, *, password: str = "", code: str = "", answer: Any = None) -> bool:
    """Show again who is there, for a session that has begun; whether a second factor was shown. Raises as above."""
    name = user.get_username()
    _not_locked(request, name)
    if answer is not None:
        if passkeys.accept(request, answer, user) is None:
            _refused(request, name, "passkey", "This passkey does not fit; try again, or take another way.")
        return True
    if code:
        if not second_factor(user, code):
            _refused(request, name, "code", "This code is wrong, or was used before.")
        return True
    if authenticate(request, username=name, password=password) != user:
        _refused(request, name, "password", "This is not your password.", counted=True)
    return False


def _first_done(request: HttpRequest, user: User, via: str) -> Step:
    ways = ways_of(user)
    backend = getattr(user, "backend", LOCAL)
    if not ways:
        return Step(_sign_in(request, user, via, second=False, backend=backend))
    request.session.cycle_key()
    request.session[_PENDING] = {"user": user.pk, "via": via, "backend": backend, "at_ms": _CLOCK.wall_ms()}
    request.session.set_expiry(_PENDING_MS // 1000)
    get_token(request)
    return Step(None, ways)


def _sign_in(request: HttpRequest, user: User, via: str, *, second: bool, backend: str) -> User:
    request.session.pop(_PENDING, None)
    setattr(request, SECOND, second)
    login(request, user, backend)
    get_token(request)
    places.tell_sign_in(request, user, via)
    return user


def _waiting(request: HttpRequest, clock: Clock) -> tuple[User, dict[str, Any]] | None:
    pending = request.session.get(_PENDING)
    if pending is None or clock.wall_ms() - pending["at_ms"] > _PENDING_MS:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    return (user, pending) if user else None


def _not_locked(request: HttpRequest, username: str) -> None:
    until = lockout.locked_until(username, address_of(request))
    if until is not None:
        raise LockedError(until)


def _refused(request: HttpRequest, username: str, what: str, sentence: str, *, counted: bool = False) -> NoReturn:
    """counted: `authenticate` has had it counted already."""
    if not counted:
        lockout.count_wrong(request, username)
    places.tell_refused(request, username, what)
    until = lockout.locked_until(username, address_of(request))
    if until is not None:
        places.tell_locked(request, username, until)
        raise LockedError(until)
    raise WrongError(sentence)
