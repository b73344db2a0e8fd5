"""Signing in through directories, after the users of Eyrie itself (Django's AUTHENTICATION_BACKENDS)."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from core.access.models import User
from core.directories.asking import Asking, asking
from core.directories.models import Directory, Identity
from core.directories.people import judge, known_of, take_in
from core.directories.queries import enabled
from core.hookspecs.directories import DirectoryError, Person, Refusal
from core.media.clock import Clock, SystemClock
from core.system import audit

log = logging.getLogger("eyrie.directories")
PATH = "core.directories.backend.DirectoryBackend"
HOUR_MS = 3_600_000


class DirectoryBackend(ModelBackend):
    """Django's way in for people of directories."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **other: Any
    ) -> User | None:
        """The user, or None."""
        return sign_in(username, password) if username and password else None


def sign_in(name: str, password: str, asked: Asking = asking, clock: Clock | None = None) -> User | None:
    """Whoever has this name and password in a directory; None when nobody does, or they are not let in.

    A user of Eyrie itself is no directory's concern: their password goes to none. Somebody known is looked for in their
    own directory only. Others are looked for in one after the other until one knows the name.
    """
    if not password or "\0" in name + password:
        return None  # with an empty password LDAP signs nobody in, and says yes (RFC 4513, 5.1.2)
    clock = clock or SystemClock()
    user = User.objects.filter(username__iexact=name).first()
    if user is not None and not user.directory:
        return None
    rows = Directory.objects.filter(enabled=True)
    for directory in rows.filter(slug=user.directory) if user else rows:
        try:
            answer = asked.sign_in(directory, name, password)
        except DirectoryError:
            if user is not None:
                return _remembered(directory, user, password, clock)
            continue
        if isinstance(answer, Person):
            return _admitted(directory, answer, password, clock)
        if answer is Refusal.WRONG:
            return None
    return None


def let_in(slug: str, kind: str, person: Person) -> tuple[User | None, str]:
    """The user of somebody whom a single sign-on vouches for, or why they are not let in, in one sentence."""
    directory = enabled(slug, kind)
    return enter(directory, person) if directory else (None, "Nobody signs in this way any more.")


def enter(directory: Directory, person: Person) -> tuple[User | None, str]:
    """The user of somebody whom the directory vouches for, or why they are not let in, in one sentence."""
    verdict = judge(directory, person, known_of(directory, [person]))
    if not verdict.refusal:
        user = take_in(directory, verdict) if verdict.changes else verdict.user
        return user, ""
    audit.record(person.name[:150], "auth.not_admitted", f"directory:{directory.pk}", after={"why": verdict.refusal})
    return None, verdict.refusal


def _admitted(directory: Directory, person: Person, password: str, clock: Clock) -> User | None:
    user, _ = enter(directory, person)
    if user is not None and directory.remember_hours:
        Identity.objects.filter(user=user).update(
            remembered=make_password(password),
            remembered_ms=clock.wall_ms() + directory.remember_hours * HOUR_MS,
        )
    return user


def _remembered(directory: Directory, user: User, password: str, clock: Clock) -> User | None:
    """Whether the password was right when the directory last could be asked, where that is to count."""
    identity = Identity.objects.filter(user=user, directory=directory, gone=False).first()
    if not (directory.remember_hours and identity and identity.remembered and user.is_active):
        return None
    if clock.wall_ms() > identity.remembered_ms or not check_password(password, identity.remembered):
        return None
    audit.record(user.username, "auth.remembered", f"user:{user.pk}", after={"directory": directory.title})
    return user
