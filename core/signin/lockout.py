"""Lockout after wrong attempts: counted by django-axes in the database, so that a restart forgets nothing.

Three counts, each with a limit of its own in the policy: of one user from one address, of an address for all users, and
of a user from all addresses. Only the last locks a user out everywhere, and with the user their tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.contrib.auth.signals import user_login_failed
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from core.access.models import User
from core.signin.devices import address_of
from core.signin.policy import SignInPolicy, policy

Row = tuple[str, str, int, datetime]
"""User name, address, wrong attempts, the newest of them."""


def key(username: str) -> str:
    """A name as it is counted: however it is written, directories that tell no cases apart know one user by it."""
    return username.strip().casefold()[:255]


def locked_until(username: str, address: str) -> datetime | None:
    """When the lock ends for who would sign in as this user from this address; None when there is none."""
    rules = policy()
    name = key(username)
    rows = _wrong(rules, Q(username=name) | Q(ip_address=address or None))
    return max(
        filter(
            None,
            (
                _end(rows, rules.lock_after, rules, _of(name, address)),
                _end(rows, rules.lock_address_after, rules, _of(None, address)),
                _end(rows, rules.lock_user_after, rules, _of(name, None)),
            ),
        ),
        default=None,
    )


def locked(user: User, address: str = "") -> bool:
    """Whether the user is locked out everywhere or, with an address, from there. One query while nobody is."""
    name = key(user.get_username())
    if user.is_service or not AccessAttempt.objects.filter(username=name).exists():
        return False
    rules = policy()
    rows = _wrong(rules, Q(username=name))
    here = _end(rows, rules.lock_after, rules, _of(name, address)) if address else None
    return bool(here or _end(rows, rules.lock_user_after, rules, _of(name, None)))


def locks() -> list[dict[str, Any]]:
    """Locks in force, the newest first: `username` and `address`, either empty for all, and `until`."""
    rules = policy()
    rows = _wrong(rules, Q())
    found: dict[tuple[str, str], datetime | None] = {}
    for name, address, _wrong_ones, _at in rows:
        found[name, address] = _end(rows, rules.lock_after, rules, _of(name, address))
        found[name, ""] = _end(rows, rules.lock_user_after, rules, _of(name, None))
        found["", address] = _end(rows, rules.lock_address_after, rules, _of(None, address))
    shown = [{"username": one[0], "address": one[1], "until": until} for one, until in found.items() if until]
    return sorted(shown, key=lambda one: one["until"], reverse=True)


def unlock(username: str = "", address: str = "") -> bool:
    """Forget the wrong attempts of a user, of an address, or of a user from an address; whether there were any."""
    where = {"username": key(username), "ip_address": address}
    named = {name: value for name, value in where.items() if value}
    return bool(named and AccessAttempt.objects.filter(**named).delete()[0])


def count_wrong(request: HttpRequest, username: str) -> None:
    """Count a wrong code or passkey as a wrong password is counted."""
    user_login_failed.send(__name__, credentials={"username": username}, request=request)


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Axes with our three counts."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Asked by the first authentication backend, before a password is looked at."""
        return locked_until((credentials or {}).get("username") or "", address_of(request)) is not None


def username_of(_request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name that axes counts for (AXES_USERNAME_CALLABLE)."""
    return key((credentials or {}).get("username") or "")


def client_address(request: HttpRequest) -> str | None:
    """The address that axes counts for (AXES_CLIENT_IP_CALLABLE)."""
    return address_of(request) or None


def limit(_request: HttpRequest, _credentials: Any) -> int:
    """AXES_FAILURE_LIMIT."""
    return policy().lock_after


def cool_off(_request: HttpRequest | None) -> timedelta:
    """AXES_COOLOFF_TIME."""
    return timedelta(minutes=policy().lock_minutes)


def _wrong(rules: SignInPolicy, where: Q) -> list[Row]:
    since = timezone.now() - timedelta(minutes=rules.lock_minutes)
    rows = AccessAttempt.objects.filter(where, attempt_time__gte=since)
    columns = rows.values_list("username", "ip_address", "failures_since_start", "attempt_time")
    return [(name or "", address or "", wrong, at) for name, address, wrong, at in columns]


def _of(name: str | None, address: str | None) -> Callable[[Row], bool]:
    return lambda row: name in (None, row[0]) and address in (None, row[1])


def _end(rows: list[Row], most: int, rules: SignInPolicy, counts: Callable[[Row], bool]) -> datetime | None:
    counted = [row for row in rows if counts(row)]
    if sum(row[2] for row in counted) < most:
        return None
    return max(row[3] for row in counted) + timedelta(minutes=rules.lock_minutes)
