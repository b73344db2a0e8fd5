"""`manage.py user unlock`, beside what core.access adds, lists and grants; and made-up passwords are good once."""

from __future__ import annotations

import argparse
from typing import Any

from core.access import services
from core.access.management.commands import user
from core.signin import lockout, passwords
from core.system import audit


class Command(user.Command):
    """The command of core.access, and what signing in adds to it."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand more."""
        super().add_arguments(parser)
        unlock = self.actions.add_parser("unlock", help="let a user try again who is locked out after wrong attempts")
        unlock.add_argument("name")

    def _add(self, options: dict[str, Any]) -> None:
        super()._add(options)
        if not options["password_stdin"]:  # it stands in a terminal's history, and somebody passes it on
            passwords.demand_change(services.user_named(options["name"]))

    def _unlock(self, options: dict[str, Any]) -> None:
        name = options["name"]
        was_locked = lockout.unlock(name)
        audit.record(user.ACTOR, "auth.unlock", "user:", after={"username": name})
        self.stdout.write(f"{name} may try again" if was_locked else f"{name} was not locked out")
