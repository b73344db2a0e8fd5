"""`manage.py forkserver`: started by the supervisor, not by hand."""

from __future__ import annotations

import logging
import os
import socket
import sys
from functools import partial
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from core.events.plugin_trouble import report_changes
from core.lifeline import die_with_parent, name_process
from core.media.clock import SystemClock
from core.omitting import lean
from core.pages import give_back, return_freed
from core.pluginhost import host
from core.pluginhost.boot import blame
from core.pluginhost.guard import guarded
from core.pluginhost.loading import without_threads
from core.supervisor import forkserver
from core.supervisor.preparation import give_up, place, plan, prepare

log = logging.getLogger("eyrie.process")


class Command(BaseCommand):
    """Prepares the database, says what is to run, and forks it on request (core.supervisor.forkserver)."""

    help = "Internal: loads everything once and forks the processes that `serve` watches."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What the supervisor passes."""
        parser.add_argument("--channel", type=int, required=True, help="number of the socket to the supervisor")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, then fork until the supervisor is gone; in a child, be that child."""
        supervisor = os.getppid()
        die_with_parent(supervisor)
        name_process("forkserver")
        return_freed()
        channel = socket.socket(fileno=options["channel"])
        forkserver.send(channel, {"place": place(settings.CONFIG)})
        answer, _ = forkserver.receive(channel)
        if answer is None:
            return
        if answer["prepare"]:
            prepare(settings.CONFIG, sys.stdout)
        specs = plan(settings.CONFIG)
        connections.close_all()
        for command in dict.fromkeys(spec.arguments[0] for spec in specs):
            _load(command)
        give_back()
        forkserver.send(channel, {"plan": [spec.json() for spec in specs]})
        arguments = forkserver.serve(channel, supervisor, give_up)
        if arguments is not None:
            _run(arguments)


def _load(name: str) -> None:
    """Import a command, and with it most of what its process needs. One that cannot be imported fails by itself, in its
    own process, and takes no other down.
    """
    with without_threads(settings.PLUGINS), lean():
        outcome = guarded("", partial(load_command_class, get_commands().get(name, ""), name))
    if outcome.error is not None:
        culprit = blame(outcome.error, settings.PLUGINS)
        whose = f" (plugin {culprit.name})" if culprit else ""
        log.warning("%s cannot be loaded beforehand: %s%s", name, outcome.error, whose)


def _run(command: list[str]) -> None:
    sys.argv = [sys.argv[0], *command]
    sys.excepthook = _log_crash
    if command[0] != "worker":  # which looks after them itself, by the clock
        report_changes(host(), SystemClock())
    try:
        call_command(*command)
    except CommandError as error:
        sys.stderr.write(f"eyrie: {error}\n")
        sys.exit(error.returncode)


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends a process unforeseen is one record, not forty lines."""
    log.critical("ended by an unforeseen error: %s", error, exc_info=(kind, error, trace))
