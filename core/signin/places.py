"""From where people sign in, and what is told of it: events that rules may act on, and the audit log."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from core.access.models import User
from core.events.services import record
from core.media.clock import Clock, SystemClock
from core.signin.devices import address_of, agent_of, device, network
from core.signin.models import KnownPlace
from core.system import audit

MOST_KNOWN = 50
NOBODY = "<nobody>"
"""Who answers with a passkey that is nobody's."""
_CLOCK = SystemClock()


def tell_sign_in(request: HttpRequest, user: User, via: str, clock: Clock = _CLOCK) -> None:
    """Somebody has signed in. A place that is new for who has signed in elsewhere before is an event of its own."""
    address, name, now = address_of(request), user.get_username(), clock.wall_ms()
    audit.record(name, "auth.sign_in", f"user:{user.pk}", after={"via": via}, address=address)
    net, machine = network(address)[:64], device(agent_of(request))
    known = list(user.known_places.order_by("-last_ms").values_list("pk", "network", "device"))
    is_new = (net, machine) not in {one[1:] for one in known}
    KnownPlace.objects.update_or_create(user=user, network=net, device=machine, defaults={"last_ms": now})
    KnownPlace.objects.filter(pk__in=[one[0] for one in known[MOST_KNOWN:]]).delete()
    if known and is_new:
        facts = {"user": name, "address": address, "device": machine}
        audit.record(name, "auth.new_place", f"user:{user.pk}", after=facts, address=address)
        record("sign_in.new_place", None, now, now, facts)


def tell_refused(request: HttpRequest, username: str, what: str, clock: Clock = _CLOCK) -> None:
    """A sign-in was refused. what: password, code, recovery or passkey."""
    username, address, now = username or NOBODY, address_of(request), clock.wall_ms()
    audit.record(username, "auth.sign_in_refused", "user:", after={"wrong": what}, address=address)
    record("sign_in.refused", None, now, now, {"user": username, "address": address, "wrong": what})


def tell_locked(request: HttpRequest, username: str, until: datetime, clock: Clock = _CLOCK) -> None:
    """The last wrong attempt has locked somebody out."""
    username, address, now = username or NOBODY, address_of(request), clock.wall_ms()
    minutes = max(1, round((until.timestamp() * 1000 - now) / 60_000))
    facts = {"user": username, "address": address, "minutes": minutes}
    audit.record(username, "auth.locked_out", "user:", after=facts, address=address)
    record("sign_in.locked_out", None, now, now, facts)
