"""Worker processes of plugins: what the supervisor has to run, and what runs inside such a process.

The agreement with the supervisor: the worker writes one byte to the file descriptor given as `--heartbeat-fd` at every
beat, ends on SIGTERM, and ends by itself when the other side of that descriptor is closed.
"""

from __future__ import annotations

import importlib
import logging
import os
import select
import signal
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from core.configuration import configuration
from core.hookspecs.ops import WorkerContext, WorkerSpec
from core.pluginhost.guard import describe
from core.pluginhost.host import PluginHost, host
from core.pluginhost.switches import Switches

log = logging.getLogger("eyrie.plugins.worker")
_MOST_SILENCE = 1.0  # seconds between beats of a worker that waits


@dataclass(frozen=True, slots=True)
class WorkerCommand:
    """A worker to start, as `manage.py plugin_worker PLUGIN NAME --heartbeat-fd N`.

    heartbeat: seconds of silence after which it counts as hung.
    """

    plugin: str
    name: str
    title: str
    heartbeat: float


def workers_to_run(plugins: PluginHost | None = None) -> list[WorkerCommand]:
    """Workers of the loaded plugins, without those in quarantine."""
    quarantined = Switches(configuration().data).quarantined()
    return [
        WorkerCommand(entry.plugin, entry.spec.name, entry.spec.title, entry.spec.heartbeat)
        for entry in (plugins or host()).registry.entries(WorkerSpec)
        if f"{entry.plugin}:{entry.spec.name}" not in quarantined
    ]


def is_quarantined(plugin: str, name: str) -> bool:
    """Whether a worker was given up."""
    return f"{plugin}:{name}" in Switches(configuration().data).quarantined()


def quarantine_worker(plugin: str, name: str, why: str) -> None:
    """Give a worker up that used its restarts: not started again until `plugins enable`; its plugin is degraded."""
    Switches(configuration().data).quarantine(f"{plugin}:{name}", why)


def run_worker(plugins: PluginHost, plugin: str, name: str, heartbeat_fd: int) -> int:
    """Be the worker: runs `WorkerSpec.run` until it returns. Exit code 0, or 1 when it raised.

    Raises UnknownName when the plugin offers no such worker. Must be called in the main thread.
    """
    spec = plugins.registry.get(WorkerSpec, f"{plugin}.{name}")
    context = ProcessContext(heartbeat_fd)
    previous = {number: signal.signal(number, context.stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        context.beat()
        outcome = plugins.run(plugin, f"worker {name}", _function(spec.run), context)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        context.close()
    if outcome.error is not None:
        log.error("worker %s of plugin %s ended: %s", name, plugin, describe(outcome.error))
    return 0 if outcome.ok else 1


class ProcessContext:
    """The WorkerContext of a worker process."""

    def __init__(self, heartbeat_fd: int) -> None:
        self._fd = heartbeat_fd
        self._stopping = False
        # A signal handler that only sets a flag would leave `wait` asleep; a pipe wakes it.
        self._wake_in, self._wake_out = os.pipe()
        os.set_blocking(heartbeat_fd, False)
        os.set_blocking(self._wake_out, False)

    def beat(self) -> None:
        """Write one byte to the supervisor. A full pipe is no news; a closed one means to stop."""
        try:
            os.write(self._fd, b".")
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._stopping = True

    def stopping(self) -> bool:
        """True once the worker should return."""
        return self._stopping

    def wait(self, seconds: float) -> bool:
        """Sleep, beating once a second; True as soon as the worker should return."""
        left = seconds
        while not self._stopping:
            self.beat()
            nap = min(left, _MOST_SILENCE)
            readable, _, _ = select.select([self._wake_in], [], [], nap)
            left -= nap
            if readable or left <= 0:
                break
        return self._stopping

    def stop(self, signal_number: int, frame: FrameType | None) -> None:
        """Signal handler: end soon."""
        self._stopping = True
        os.write(self._wake_out, b".")

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._wake_in)
        os.close(self._wake_out)


def _function(path: str) -> Callable[[WorkerContext], None]:
    """The function behind `package.module:function`, imported in the worker only, and inside its isolation."""

    def call(context: WorkerContext) -> None:
        module, _, name = path.partition(":")
        function: Callable[[WorkerContext], None] = getattr(importlib.import_module(module), name)
        function(context)

    return call
