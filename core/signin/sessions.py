"""Sessions: from which device, how long, what they still have to do, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from core.access.models import User
from core.access.rights import rights_of
from core.media.clock import Clock, SystemClock
from core.signin.devices import address_of, agent_of, device
from core.signin.passwords import must_change
from core.signin.policy import HOUR_MS, MINUTE_MS, SignInPolicy, policy

STATE = "signin"
"""In the session: `at_ms` it began, `seen_ms`, `fresh_ms` somebody last proved who they are, `second` factor given,
`duties` still to be done before anything else: "password", "second_factor"."""
TOLD_MS = MINUTE_MS
"""How old what is noted of a session may be: its last use, its duties."""
NOWHERE = "0.0.0.0"  # noqa: S104  stands in a column that must hold an address; nothing is bound to it
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Seat:
    """A session as its owner sees it. Times in UTC ms."""

    id: int
    device: str
    address: str
    since_ms: int
    seen_ms: int
    current: bool


def begin(request: HttpRequest, user: User, *, second: bool, clock: Clock = _CLOCK) -> None:
    """Note where and how a session began. Called for each login, whichever way it came."""
    rules, now = policy(), clock.wall_ms()
    session = request.session
    session[STATE] = {"at_ms": now, "seen_ms": now, "fresh_ms": now, "second": second, "duties": []}
    session.set_expiry(_date(now) + timedelta(hours=rules.lifetime_hours))
    renew_duties(session, user, rules, clock)
    _note(request, user, now)


def in_use(session: SessionBase, user: User, request: HttpRequest | None = None, clock: Clock = _CLOCK) -> bool:
    """Whether the session still holds; notes, at most once a minute, that it is used and what its duties are.

    request: None for a websocket, which must not save a session that a request may be changing.
    """
    state, now = session.get(STATE), clock.wall_ms()
    if state is None:
        return False
    if now - state["seen_ms"] < TOLD_MS:
        return True
    row = UserSession.objects.filter(session_key=session.session_key).first()
    used_ms = max(state["seen_ms"], _ms(row.last_seen_at) if row else 0)
    if request is None and now - used_ms < TOLD_MS:
        return True
    rules = policy()
    if now - used_ms > rules.idle_minutes * MINUTE_MS or now - state["at_ms"] > rules.lifetime_hours * HOUR_MS:
        return False
    if row is not None and now - _ms(row.last_seen_at) >= TOLD_MS:
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=_date(now))
    if request is not None:
        session[STATE] = state | {"seen_ms": now}
        renew_duties(session, user, rules, clock)
        if row is None:
            _note(request, user, now)
    return True


def duties(session: SessionBase) -> list[str]:
    """What its user has to do before anything else."""
    return list(session.get(STATE, {}).get("duties", ()))


def duties_of(request: HttpRequest) -> list[str]:
    """What the session of a request has to do before anything else."""
    return duties(request.session)


def renew_duties(
    session: SessionBase, user: User, rules: SignInPolicy | None = None, clock: Clock = _CLOCK
) -> list[str]:
    """Find out again what is to be done."""
    state = session[STATE]
    found = ["password"] if must_change(user, rules or policy(), clock) else []
    if not state["second"] and needs_second_factor(user, clock):
        found.append("second_factor")
    session[STATE] = state | {"duties": found}
    return found


def proved(session: SessionBase, *, second: bool, clock: Clock = _CLOCK) -> None:
    """Somebody has just proved again who they are."""
    state = session[STATE]
    session[STATE] = state | {"fresh_ms": clock.wall_ms(), "second": state["second"] or second}


def needs_second_factor(user: User, clock: Clock = _CLOCK) -> bool:
    """Whether a role that the user holds, by themselves or by a group, asks for a second factor."""
    return rights_of(user, clock).second_factor


def seats(user: User, current: str | None = None) -> list[Seat]:
    """The user's sessions, the last used first. current: the key of the session that asks."""
    rows = sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True)
    return [
        Seat(
            row.pk,
            device(row.user_agent),
            "" if row.ip == NOWHERE else row.ip,
            _ms(row.created_at),
            _ms(row.last_seen_at),
            row.session_key == current,
        )
        for row in rows
    ]


def end(user: User, seat_id: int) -> bool:
    """End one session of the user; whether there was one. Its websockets end when they next ask."""
    row = UserSession.objects.filter(user=user, pk=seat_id).first()
    if row is not None:
        row.end()
    return row is not None


def end_all(user: User, but: str | None = None) -> int:
    """End the user's sessions, except the one with the key `but`; how many."""
    rows = list(UserSession.objects.filter(user=user).exclude(session_key=but or ""))
    for row in rows:
        row.end()
    return len(rows)


def moved(request: HttpRequest, old_key: str | None) -> None:
    """The session has another key now: what is noted of it goes along."""
    UserSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key)


def gone(session: SessionBase) -> None:
    """The session ends by itself."""
    UserSession.objects.filter(session_key=session.session_key).delete()


def session_of(key: str) -> SessionBase:
    """The session of a cookie's value."""
    return SessionStore(key)


def _note(request: HttpRequest, user: User, now: int) -> None:
    if not request.session.session_key:
        request.session.save()
    found: dict[str, Any] = {
        "user": user,
        "ip": address_of(request) or NOWHERE,
        "user_agent": agent_of(request),
        "last_seen_at": _date(now),
    }
    began = {"created_at": _date(request.session[STATE]["at_ms"])}
    UserSession.objects.update_or_create(
        session_key=request.session.session_key, defaults=found, create_defaults=found | began
    )


def _date(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
