"""Plugins in trouble, as events `plugin.failed`: one for each change of state.

What the worker process sees lasts until it is over: it loads what all load, and looks each minute. What fails in
another process while that runs is told by that process at the moment when it begins.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connections

from core.configuration import configuration
from core.events.models import StoredEvent
from core.events.services import EventError, close, record
from core.media.clock import Clock
from core.pluginhost import PluginHost
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.selection import REFUSED
from core.pluginhost.switches import Switches

TYPE = "plugin.failed"
QUIET_SECONDS = 60.0  # a plugin that fails every other time is told once in this time
_TROUBLE = (*REFUSED, PluginState.DEGRADED)
log = logging.getLogger("eyrie.events")


def keep_in_step(plugins: PluginHost, now_ms: int) -> None:
    """Record the troubles that have begun, and end those that are over. now_ms: UTC. Blocks on the database."""
    troubles = _troubles(plugins)
    for row in StoredEvent.objects.filter(type=TYPE, end_ms=None):
        plugin = row.attributes["plugin"]
        if plugin in troubles and troubles[plugin]["state"] == row.attributes["state"]:
            del troubles[plugin]
        else:
            close(row.pk, now_ms)
    for attributes in troubles.values():
        record(TYPE, None, now_ms, attributes=attributes)


def report_changes(plugins: PluginHost, clock: Clock) -> None:
    """From now on, in this process: record each loaded plugin that begins to fail."""
    reporter = _Reporter(clock)
    for one in plugins.plugins.values():
        one.changed = reporter.note


class _Reporter:
    """Hooks are called on event loops and in transactions too, so that the events are stored by a thread, which is
    made when first needed and ends with the process.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        self._thread = ThreadPoolExecutor(1, "plugin-trouble")

    def note(self, plugin: PluginRecord) -> None:
        """The plugin's state has changed."""
        now = self._clock.monotonic()
        if plugin.state is PluginState.LOADED or now - self._told.get(plugin.name, -QUIET_SECONDS) < QUIET_SECONDS:
            return
        self._told[plugin.name] = now
        attributes = _attributes(plugin.name, plugin.state, plugin.error)
        self._thread.submit(_store, attributes, self._clock.wall_ms())


def _store(attributes: dict[str, str], at_ms: int) -> None:
    try:
        record(TYPE, None, at_ms, at_ms, attributes)
    except (DatabaseError, EventError) as error:
        log.warning("the event that plugin %s is %s is lost: %s", attributes["plugin"], attributes["state"], error)
    finally:
        connections.close_all()  # this thread's own


def _troubles(plugins: PluginHost) -> dict[str, dict[str, str]]:
    ill = [one for one in plugins.plugins.values() if one.state in _TROUBLE]
    troubles = {one.name: _attributes(one.name, one.state, one.error) for one in ill}
    for key, why in Switches(configuration().data).quarantined().items():
        plugin, _, worker = key.partition(":")
        if worker and plugin in plugins.plugins and plugin not in troubles:
            troubles[plugin] = _attributes(plugin, PluginState.DEGRADED, f"worker {worker}: quarantined: {why}")
    return troubles


def _attributes(plugin: str, state: PluginState, message: str) -> dict[str, str]:
    return {"plugin": plugin, "state": str(state), "message": message}
