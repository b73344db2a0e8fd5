"""`manage.py forkserver`: started by the supervisor, not by hand."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable
from functools import cache, partial
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils.module_loading import autodiscover_modules

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
        for spec in specs:
            _load(spec.arguments[0], partial(_command, spec.arguments))
        _load("tasks", partial(autodiscover_modules, "tasks"))
        give_back()
        forkserver.send(channel, {"plan": [spec.json() for spec in specs]})
        own = forkserver.serve(channel, supervisor, give_up)
        if own is not None:
            _run(own.arguments)


def _load(what: str, load: Callable[[], Any]) -> None:
    """Import a command, and with it most of what its process needs, or the worker's tasks. What cannot be imported
    fails by itself, in its own process, and takes no other down.
    """
    with without_threads(settings.PLUGINS), lean():
        outcome = guarded("", load)
    if outcome.error is not None:
        culprit = blame(outcome.error, settings.PLUGINS)
        whose = f" (plugin {culprit.name})" if culprit else ""
        log.warning("%s cannot be loaded beforehand: %s%s", what, outcome.error, whose)


@cache
def _command(arguments: tuple[str, ...]) -> tuple[BaseCommand, dict[str, Any]]:
    """A management command and its options: parsed once, as parsing in each process copied 400 pages of all."""
    name, *rest = arguments
    command = load_command_class(get_commands()[name], name)
    return command, vars(command.create_parser("", name).parse_args(rest))


def _run(arguments: tuple[str, ...]) -> None:
    sys.argv = [sys.argv[0], *arguments]
    sys.excepthook = _log_crash
    if arguments[0] != "worker":  # which looks after them itself, by the clock
        report_changes(host(), SystemClock())
    try:
        command, options = _command(arguments)
        command.execute(**options, skip_checks=True)
    except CommandError as error:
        sys.stderr.write(f"eyrie: {error}\n")
        sys.exit(error.returncode)


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends a process unforeseen is one record, not forty lines."""
    log.critical("ended by an unforeseen error: %s", error, exc_info=(kind, error, trace))
