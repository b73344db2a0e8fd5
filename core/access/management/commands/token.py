"""`manage.py token create|list|revoke`: API tokens, used as `Authorization: Token …`."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.access import services


def _days(text: str) -> timedelta:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= 36500:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days between 0 and 36500; give such as 30")
    return timedelta(days=days)


class Command(BaseCommand):
    """API tokens."""

    help = "Makes, lists and revokes API tokens."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand each."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="print a new token; it cannot be shown again")
        create.add_argument("--user", required=True, metavar="NAME", help="whose token it is")
        create.add_argument("--expires", type=_days, metavar="DAYS", help="days until it expires; never without it")
        listing = actions.add_parser("list", help="show the first characters of tokens, whose, and until when")
        listing.add_argument("--user", metavar="NAME", help="only this user's")
        revoke = actions.add_parser("revoke", help="take a token back")
        revoke.add_argument("key", help="its first characters, as `token list` shows them")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the subcommand; an AccessError becomes one sentence and exit code 1."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except services.AccessError as error:
            raise CommandError(str(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        self.stdout.write(services.issue_token(options["user"], options["expires"]))

    def _list(self, options: dict[str, Any]) -> None:
        for token in services.tokens(options["user"]):
            until = token.expiry.isoformat(timespec="seconds") if token.expiry else "never expires"
            self.stdout.write(f"{token.token_key}  {token.user.username}  {until}")

    def _revoke(self, options: dict[str, Any]) -> None:
        services.revoke_token(options["key"])
        self.stdout.write("revoked")
