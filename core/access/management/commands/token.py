"""`manage.py token create|list|rotate|revoke`: API tokens, used as `Authorization: Token …`."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.access import services, tokens
from core.access.models import ApiToken, User
from core.system import audit

ACTOR = "<command line>"
NEVER = "never"


def _days(text: str) -> timedelta:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= 36500:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days between 0 and 36500; give such as 30")
    return timedelta(days=days)


def _lifetime(text: str) -> timedelta | None:
    return None if text == NEVER else _days(text)


class Command(BaseCommand):
    """API tokens."""

    help = "Makes, lists, rotates and revokes API tokens."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand each."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="print a new token; it cannot be shown again")
        create.add_argument("--user", required=True, metavar="NAME", help="whose token it is")
        create.add_argument("--name", default="command line", help="what uses it")
        create.add_argument(
            "--expires", type=_lifetime, default=tokens.LIFETIME, metavar="DAYS", help="or `never`; 365 without it"
        )
        create.add_argument("--only", nargs="+", metavar="PERMISSION", help="what it is limited to, as camera.live")
        create.add_argument("--camera", type=int, nargs="+", metavar="ID", help="cameras that it is limited to")
        create.add_argument("--from", nargs="+", dest="networks", default=[], metavar="NETWORK", help="as 10.0.0.0/24")
        listing = actions.add_parser("list", help="show the first characters of tokens, whose, and until when")
        listing.add_argument("--user", metavar="NAME", help="only this user's")
        rotate = actions.add_parser("rotate", help="print a new secret of a token")
        rotate.add_argument("--overlap", type=_days, metavar="DAYS", help="how long the old one is good yet")
        revoke = actions.add_parser("revoke", help="take a token back")
        for part in (rotate, revoke):
            part.add_argument("key", help="its first characters, as `token list` shows them")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the subcommand; an AccessError becomes one sentence and exit code 1."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except services.AccessError as error:
            raise CommandError(str(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        user = services.user_named(options["user"])
        reach = tokens.Reach(options["only"], options["camera"], options["networks"])
        issued = tokens.issue(user, options["name"], reach, lifetime=options["expires"])
        _audit("token.add", issued.token, user)
        self.stdout.write(issued.secret)

    def _list(self, options: dict[str, Any]) -> None:
        rows = tokens.tokens()
        if options["user"]:
            rows = rows.filter(user=services.user_named(options["user"]))
        for row in rows:
            until = row.secret.expiry.isoformat(timespec="seconds") if row.secret.expiry else "never expires"
            self.stdout.write(f"{row.secret.token_key}  {row.user.username}  {until}  {row.name}")

    def _rotate(self, options: dict[str, Any]) -> None:
        row = tokens.token_named(options["key"])
        issued = tokens.rotate(row, options["overlap"] or timedelta())
        _audit("token.rotate", row, row.user)
        self.stdout.write(issued.secret)

    def _revoke(self, options: dict[str, Any]) -> None:
        row = tokens.token_named(options["key"])
        _audit("token.remove", row, row.user)
        tokens.revoke(row)
        self.stdout.write("revoked")


def _audit(action: str, token: ApiToken, user: User) -> None:
    audit.record(ACTOR, action, f"token:{token.pk}", after={"name": token.name, "user": user.username})
