"""`manage.py user add|list|grant|revoke`: who may use Eyrie, and what they may do."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.access import services
from core.access.models import Grant
from core.system import audit

ACTOR = "<command line>"


class Command(BaseCommand):
    """Users and their roles. What is wrong is one sentence and exit code 1; a wrong command line exit code 2."""

    help = "Adds and lists users, gives them roles and takes them back."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand each."""
        actions = self.actions = parser.add_subparsers(dest="action", required=True)  # core.signin has one more
        add = actions.add_parser("add", help="add a user; a password is made and printed unless one is given")
        add.add_argument("name")
        add.add_argument("--role", help="give this role at once")
        add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        actions.add_parser("list", help="show users with their roles")
        grant = actions.add_parser("grant", help="give a user a role")
        revoke = actions.add_parser("revoke", help="take a role back")
        for part in (grant, revoke):
            part.add_argument("name")
            part.add_argument("role")
        for part in (add, grant, revoke):
            part.add_argument(
                "--camera", type=int, nargs="+", default=[], metavar="ID", help="on these cameras only, not everywhere"
            )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the subcommand, wholly or not at all."""
        try:
            with transaction.atomic():
                getattr(self, f"_{options['action']}")(options)
        except services.AccessError as error:
            raise CommandError(str(error)) from error

    def _add(self, options: dict[str, Any]) -> None:
        if options["camera"] and not options["role"]:
            raise CommandError("--camera: says where a role holds; name the role with --role.")
        password = _from_stdin() if options["password_stdin"] else secrets.token_urlsafe(12)
        user = services.add_user(options["name"], password)
        audit.record(ACTOR, "user.add", f"user:{user.pk}", after={"username": user.username})
        if options["role"]:
            self._grant(options)
        self.stdout.write("added" if options["password_stdin"] else f"added, with the password {password}")

    def _list(self, _options: dict[str, Any]) -> None:
        for user in services.users():
            state = "" if user.is_active else "  (switched off)"
            self.stdout.write(f"{user.username}  {', '.join(_held(user.grants.all())) or 'no role'}{state}")

    def _grant(self, options: dict[str, Any]) -> None:
        user = services.user_named(options["name"])
        for camera in options["camera"] or [None]:
            services.grant(user, options["role"], camera)
            audit.record(ACTOR, "user.grant", f"user:{user.pk}", after={"role": options["role"], "camera": camera})

    def _revoke(self, options: dict[str, Any]) -> None:
        user = services.user_named(options["name"])
        for camera in options["camera"] or [None]:
            services.revoke(user, options["role"], camera)
            audit.record(ACTOR, "user.revoke", f"user:{user.pk}", before={"role": options["role"], "camera": camera})


def _from_stdin() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise services.AccessError("password: nothing came on standard input; write one line there.")
    return password


def _held(grants: Iterable[Grant]) -> list[str]:
    """What the grants say, in the order of roles and cameras."""
    words = []
    for grant in sorted(grants, key=lambda grant: (grant.role.name, grant.camera_id or 0)):
        place = f" on camera {grant.camera_id} ({grant.camera.name})" if grant.camera else ""
        until = f" until {grant.expires_at.isoformat(timespec='seconds')}" if grant.expires_at else ""
        words.append(f"{grant.role.name}{place}{until}")
    return words
