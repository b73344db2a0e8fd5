"""What the fork server does before anything runs: bring the database up to date, see to an administrator, plan."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any, TextIO

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from core.access.roles import keep_roles_in_step
from core.access.services import ensure_administrator
from core.analyser.states import WORKER as DETECTORS
from core.cameras.covering import lost_sight
from core.configuration import Configuration
from core.exports.wanting import EXPORTER
from core.hookspecs.backup import BackupTargetSpec
from core.hookspecs.detectors import DetectorSpec
from core.media.clock import SystemClock
from core.pluginhost import host
from core.pluginhost.boot import blaming
from core.pluginhost.guard import guarded
from core.pluginhost.workers import is_quarantined, quarantine_worker, workers_to_run
from core.supervisor.logwriter import prominent
from core.supervisor.plan import BEAT_FD, LISTEN_FD, Place, ProcessSpec
from core.system.site import ask_to_set_up, site
from core.transport.place import UNENCRYPTED, own_fingerprint, see_to

RECORDER_SILENCE = 10.0  # seconds
WEB_SILENCE = 20.0
WORKER_SILENCE = 30.0
EXPORTER_SILENCE = 60.0  # it waits for slow disks
BACKUP_SILENCE = 60.0  # likewise
ANALYSER_SILENCE = 15.0
DETECTOR_SILENCE = 10.0  # the longest look
_BEATS = ("--heartbeat-fd", str(BEAT_FD))


def place(config: Configuration) -> dict[str, Any]:
    """What the supervisor must claim before anything is touched."""
    return asdict(
        Place(
            data=str(config.data),
            scheme="https" if config.speaks_https else "http",
            host=config.host,
            port=config.port,
            log_format=config.log_format,
            log_level=config.log_level,
        )
    )


def prepare(config: Configuration, out: TextIO) -> None:
    """Migrate all databases and make the first administrator, whose one-time password is printed to `out`."""
    if not _succeeds(_migrate):
        blaming(_migrate)
    keep_roles_in_step()
    lost_sight()
    chosen = config.admin_password.get_secret_value() if config.admin_password else None
    password = ensure_administrator(chosen)
    if password is not None:
        ask_to_set_up()
        out.write(prominent(f"First start: sign in as admin with the one-time password {password}", out))
    out.write(_of_transport(config, out))
    out.flush()


def _of_transport(config: Configuration, out: TextIO) -> str:
    """What whoever starts Eyrie has to know of how the portal is reached; empty when nothing."""
    if not config.speaks_https:
        open_to_all = config.listens_to_network and not config.trusted_proxies
        return prominent(f"EYRIE_TLS=off: {UNENCRYPTED}", out) if open_to_all else ""
    _succeeds(partial(_see_to_certificate, config))  # if not, web says why
    fingerprint = own_fingerprint(config.data)
    sentence = "Browsers warn of this Eyrie's own certificate. Accept it only with this SHA-256 fingerprint:"
    return prominent(f"{sentence}\n    {fingerprint}", out) if fingerprint else ""


def _see_to_certificate(config: Configuration) -> None:
    see_to(config, SystemClock(), site().address)


def _succeeds(work: Callable[[], None]) -> bool:
    """Do it in a process of its own, as migrating leaves 50 MB behind that all processes would carry along."""
    connections.close_all()
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        return status == 0
    os._exit(0 if guarded("", work).ok else 1)


def _migrate() -> None:
    for alias in connections:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", database=alias, interactive=False, verbosity=0)


def plan(config: Configuration) -> list[ProcessSpec]:
    """The processes of this machine, recorders first: recording is what must begin soonest."""
    return [
        *_recorders(config.recorders),
        *_plugin_workers(),
        _web(),
        _worker(),
        _exporter(),
        *_backup(),
        *_detection(),
    ]


def _recorders(count: int) -> list[ProcessSpec]:
    return [
        ProcessSpec(
            f"recorder-{index}",
            ("recorder", "--index", str(index), "--of", str(count), *_BEATS),
            RECORDER_SILENCE,
        )
        for index in range(count)
    ]


def _web() -> ProcessSpec:
    return ProcessSpec("web", ("web", "--listen-fd", str(LISTEN_FD), *_BEATS), WEB_SILENCE, listens=True)


def _worker() -> ProcessSpec:
    return ProcessSpec("worker", ("worker", *_BEATS), WORKER_SILENCE)


def _exporter() -> ProcessSpec:
    """Only while there is something to export: it holds 10 MB of its own."""
    return ProcessSpec(EXPORTER, ("exporter", *_BEATS), EXPORTER_SILENCE, on_demand=True)


def _backup() -> list[ProcessSpec]:
    """Only where a plugin can send copies somewhere."""
    if not host().registry.all(BackupTargetSpec):
        return []
    return [ProcessSpec("backup", ("backup", *_BEATS), BACKUP_SILENCE)]


def _detection() -> list[ProcessSpec]:
    """The analyser, and for each plugin with detectors a process that the analyser asks for when a camera uses one."""
    plugins = dict.fromkeys(entry.plugin for entry in host().registry.entries(DetectorSpec))
    if not plugins:
        return []
    return [
        ProcessSpec("analyser", ("analyser", *_BEATS), ANALYSER_SILENCE),
        *(
            ProcessSpec(
                f"{plugin}:{DETECTORS}",
                ("detector_worker", plugin, *_BEATS),
                DETECTOR_SILENCE,
                persistent=False,
                on_demand=True,
            )
            for plugin in plugins
            if not is_quarantined(plugin, DETECTORS)
        ),
    ]


def _plugin_workers() -> list[ProcessSpec]:
    return [
        ProcessSpec(
            f"{worker.plugin}:{worker.name}",
            ("plugin_worker", worker.plugin, worker.name, *_BEATS),
            worker.heartbeat,
            persistent=False,
        )
        for worker in workers_to_run()
    ]


def give_up(name: str, why: str) -> None:
    """Quarantine a plugin's worker that ended too often; name: that of its ProcessSpec."""
    plugin, worker = name.split(":", 1)
    quarantine_worker(plugin, worker, why)
