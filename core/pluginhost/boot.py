"""From the command line to a running Django: a plugin that breaks the start is quarantined, and the start repeated.

After a failed `django.setup()` the same process cannot try again, so the command is executed anew in its place.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import NoReturn

from core.configuration import configuration
from core.pluginhost.guard import PluginError, describe, guarded
from core.pluginhost.loading import without_threads
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.switches import Switches

log = logging.getLogger("eyrie.plugins")
SAFE_FLAGS = ("--safe-mode", "--no-plugins")
LOOKING = (["plugins", "keygen"], ["plugins", "sign"], ["plugins", "verify"])
ALONE = ("trust", "database")
"""Commands that run no plugin: about code that is not trusted yet, or that must work whatever plugins do."""
EXIT_PLUGIN = 3
_ATTEMPT = "_EYRIE_START_ATTEMPT"
_MOST_ATTEMPTS = 20


def run(argv: list[str]) -> int:
    """Run a management command and return its exit code; 3 when a plugin failed in strict mode.

    `--safe-mode` and `--no-plugins` anywhere on the line start without any plugin. Raises ConfigurationError.
    """
    import django
    from django.core.management import execute_from_command_line

    if any(flag in argv for flag in SAFE_FLAGS) or argv[1:3] in LOOKING or "".join(argv[1:2]) in ALONE:
        os.environ["EYRIE_SAFE_MODE"] = "1"  # inherited by every child of `serve`
        argv = [argument for argument in argv if argument not in SAFE_FLAGS]
    try:
        with without_threads():
            blaming(django.setup)
        execute_from_command_line(argv)
    except PluginError as error:
        print(f"eyrie: {error}", file=sys.stderr)  # noqa: T201 (logging may not be configured yet)
        return EXIT_PLUGIN
    return 0


def blaming(step: Callable[[], object]) -> None:
    """Run a step of the start (Django's set-up, migrations). One that a plugin breaks quarantines it and starts over.

    Raises PluginError instead in strict mode; whatever no plugin is to blame for is raised as it came.
    """
    outcome = guarded("", step)
    if outcome.error is None:
        return
    culprit = blame(outcome.error, _loading())
    if culprit is None:
        raise outcome.error
    why = describe(outcome.error)
    if configuration().strict_plugins:
        raise PluginError(culprit.name, "breaks the start", why) from outcome.error
    Switches(configuration().data).quarantine(culprit.name, why)
    log.error("plugin %s breaks the start and is quarantined: %s", culprit.name, why, exc_info=outcome.error)
    _start_over(culprit.name, why)


def blame(error: BaseException, records: Sequence[PluginRecord]) -> PluginRecord | None:
    """The plugin in whose files the error arose: the innermost frame that lies in one, through the chain of causes."""
    seen: BaseException | None = error
    while seen is not None:
        files = [frame.f_code.co_filename for frame, _ in walk_tb(seen.__traceback__)]
        if isinstance(seen, SyntaxError) and seen.filename:
            files.append(seen.filename)
        for file in reversed(files):
            owner = next((r for r in records if r.folder and Path(file).is_relative_to(r.folder)), None)
            if owner is not None:
                return owner
        seen = seen.__cause__ or seen.__context__
    return None


def _loading() -> list[PluginRecord]:
    from django.conf import settings

    started = (PluginState.LOADING, PluginState.LOADED, PluginState.DEGRADED)
    return [record for record in settings.PLUGINS if record.state in started] if settings.configured else []


def _start_over(name: str, why: str) -> NoReturn:
    attempt = int(os.environ.get(_ATTEMPT, "0")) + 1
    if attempt > _MOST_ATTEMPTS:
        raise PluginError(name, "breaks the start again and again", why)
    os.environ[_ATTEMPT] = str(attempt)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (this very command, once more)
