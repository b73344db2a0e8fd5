"""API tokens: made, limited, rotated and taken back; and what a secret that somebody shows stands for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q, QuerySet
from knox.crypto import hash_token
from knox.models import AuthToken

from core.access.models import ApiToken, User
from core.access.permissions import declared_permissions
from core.access.services import AccessError
from core.cameras.queries import cameras
from core.media.clock import Clock, SystemClock

LIFETIME = timedelta(days=365)
"""How long a token is good for when nobody says otherwise."""
LONGEST_OVERLAP = timedelta(days=30)
MOST_NETWORKS = 50
_USE_KEPT = timedelta(minutes=1)
_CLOCK = SystemClock()


class TokenRefused(Exception):
    """A secret is not, or no longer, a token that is good here; the message is one sentence for its owner."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a token is limited to: codenames, camera ids (None: no limit), networks (empty: none)."""

    permissions: Sequence[str] | None = None
    cameras: Sequence[int] | None = None
    networks: Sequence[str] = field(default=())


def tokens() -> QuerySet[ApiToken]:
    """All tokens by owner and name, with what is needed to show them."""
    return ApiToken.objects.select_related("user", "secret", "former")


@transaction.atomic
def issue(user: User, name: str, reach: Reach | None = None, *, lifetime: timedelta | None = LIFETIME) -> Issued:
    """Make a token that is good for so long, None for good. Raises AccessError."""
    row = ApiToken(user=user, name=_named(name))
    _limit(row, reach or Reach())
    row.secret, secret = AuthToken.objects.create(user=user, expiry=lifetime)
    row.save()
    return Issued(row, secret)


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, and its secret: it is not stored in the clear and cannot be shown again."""

    token: ApiToken
    secret: str = field(repr=False)


@transaction.atomic
def change(row: ApiToken, *, name: str, reach: Reach, expires_at: datetime | None) -> None:
    """Rename and limit a token anew; it holds from its next use. Raises AccessError."""
    row.name = _named(name)
    _limit(row, reach)
    row.save()
    AuthToken.objects.filter(pk=row.secret_id).update(expiry=expires_at)
    row.secret.expiry = expires_at


@transaction.atomic
def rotate(row: ApiToken, overlap: timedelta, clock: Clock = _CLOCK) -> Issued:
    """Give a token a new secret, good for as long from now as the old one was at first.

    The old secret is good for `overlap` more, never beyond its own end; the one before it ends at once.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise AccessError(f"overlap: must be between 0 and {LONGEST_OVERLAP.days} days.")
    now, old = _now(clock), row.secret
    lifetime = None if old.expiry is None else old.expiry - old.created
    if row.former is not None:
        row.former.delete()
    row.secret, secret = AuthToken.objects.create(user=row.user, expiry=lifetime)
    row.former = old if overlap else None
    row.save()
    if overlap:
        old.expiry = min(old.expiry or now + overlap, now + overlap)
        old.save(update_fields=["expiry"])
    else:
        old.delete()
    return Issued(row, secret)


@transaction.atomic
def revoke(row: ApiToken) -> None:
    """Take a token back; both of its secrets end at once, and what is open with them within seconds."""
    AuthToken.objects.filter(pk__in=[key for key in (row.secret_id, row.former_id) if key]).delete()


def token_named(key: str) -> ApiToken:
    """The token whose secret begins with `key`, as `token list` shows it. Raises AccessError."""
    found = list(tokens().filter(secret__token_key__startswith=key)[:2]) if key else []
    if len(found) != 1:
        raise AccessError(f"token: {'several begin' if found else 'none begins'} with {key!r}; see `token list`.")
    return found[0]


def digest_of(secret: str) -> str:
    """What is stored of a secret. Raises TokenRefused for what cannot be one."""
    try:
        digest: str = hash_token(secret)
    except (TypeError, ValueError) as error:
        raise TokenRefused("This is no token.") from error
    return digest


def token_behind(digest: str, address: str, clock: Clock = _CLOCK) -> ApiToken:
    """The token whose secret has this digest, for use from this address: one query. Raises TokenRefused.

    The use is written down, once a minute at most. That the owner is locked out is asked above (core.web.tokens).
    """
    related = ("user", "api_token__secret", "rotated_api_token__secret")
    known = AuthToken.objects.select_related(*related).filter(digest=digest).first()
    row = known and (_related(known, "api_token") or _related(known, "rotated_api_token"))
    if known is None or row is None:
        raise TokenRefused("This token is not known; it may have been taken back.")
    now = _now(clock)
    if known.expiry is not None and known.expiry <= now:
        raise TokenRefused("This token has expired.")
    if not known.user.is_active:
        raise TokenRefused("The owner of this token is switched off.")
    if row.networks and not _lies_in(address, row.networks):
        raise TokenRefused("This token may not be used from this address.")
    row.user = known.user
    if row.last_used_at is None or now - row.last_used_at >= _USE_KEPT:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_KEPT)
        ApiToken.objects.filter(stale, pk=row.pk).update(last_used_at=now, last_address=address)
    return row


def _related(known: AuthToken, name: str) -> ApiToken | None:
    try:
        found: ApiToken = getattr(known, name)
    except ObjectDoesNotExist:
        return None
    return found


def _named(name: str) -> str:
    if not name.strip():
        raise AccessError("name: say what uses the token.")
    return name.strip()


def _limit(row: ApiToken, reach: Reach) -> None:
    """Keep the limits as they are compared later. Raises AccessError naming the first that means nothing."""
    row.permissions = None if reach.permissions is None else _known(reach.permissions)
    row.cameras = None if reach.cameras is None else _existing(reach.cameras)
    if len(reach.networks) > MOST_NETWORKS:
        raise AccessError(f"networks: give at most {MOST_NETWORKS}.")
    row.networks = [_network(one) for one in reach.networks]


def _known(permissions: Iterable[str]) -> list[str]:
    wanted = sorted(set(permissions))
    if unknown := [one for one in wanted if one not in declared_permissions()]:
        raise AccessError(f"permissions: there is no {unknown[0]!r}; GET /api/v1/permissions/ lists them.")
    if not wanted:
        raise AccessError("permissions: a token without any could do nothing; name some, or null for all.")
    return wanted


def _existing(ids: Iterable[int]) -> list[int]:
    wanted = sorted(set(ids))
    known = set(cameras().filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := [one for one in wanted if one not in known]:
        raise AccessError(f"cameras: there is no camera {missing[0]}; GET /api/v1/cameras/ lists them.")
    if not wanted:
        raise AccessError("cameras: a token without any could see nothing; name some, or null for all.")
    return wanted


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError as error:
        raise AccessError(
            f"networks: {text!r} is no address or network; give such as 10.0.0.7, 10.0.0.0/24 or 2001:db8::/32."
        ) from error


def _lies_in(address: str, networks: Iterable[str]) -> bool:
    try:
        asking: Any = ipaddress.ip_address(address)
    except ValueError:
        return False
    asking = getattr(asking, "ipv4_mapped", None) or asking  # how a socket of both families shows an IPv4 client
    return any(asking in ipaddress.ip_network(one) for one in networks)


def _now(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.wall_ms() / 1000, UTC)
