"""What the host knows of each plugin, as portal, API and command line show it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.pluginhost.guard import describe
from core.pluginhost.metadata import PluginMeta
from core.trust.package import Standing, Verdict

log = logging.getLogger("eyrie.plugins")
SLOW_SECONDS = 1.0
UNJUDGED = Verdict(Standing.UNCHECKED)


class PluginState(StrEnum):
    """Where a plugin stands."""

    DISCOVERED = "discovered"  # installed, not enabled; nothing of it is imported
    DISABLED = "disabled"  # switched off by the administrator or by safe mode
    INCOMPATIBLE = "incompatible"  # needs another API version or a plugin that is not there
    LOADING = "loading"
    LOADED = "loaded"
    DEGRADED = "degraded"  # works, but some of its calls or contributions fail
    FAILED = "failed"  # enabled and unusable
    UNTRUSTED = "untrusted"  # not signed by anybody trusted, or altered, where that is required
    QUARANTINED = "quarantined"  # broke the start once; waits for `plugins enable`


@dataclass(slots=True)
class PluginRecord:
    """One plugin. source: where it came from; app: its Django app, once accepted; error: one sentence.

    failing: what of it fails at present (hook, contribution or worker) and why; failures: calls that failed so far;
    slow: hooks that took long, told once each. trust: whose code it is. changed: called after each change of `state` of
    a loaded plugin, in whatever thread or event loop called the plugin; it must return at once.
    """

    name: str
    module: str
    source: str
    state: PluginState = PluginState.DISCOVERED
    error: str = ""
    in_tree: bool = False
    meta: PluginMeta | None = None
    folder: Path | None = None
    failing: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    slow: set[str] = field(default_factory=set)
    trust: Verdict = UNJUDGED
    changed: Callable[[PluginRecord], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def app(self) -> str:
        """The Django app to install."""
        return f"{self.module}.apps.Config"

    def refuse(self, state: PluginState, error: str) -> None:
        """Leave the plugin out, for the reason given."""
        self.state, self.error = state, error

    def failed(self, what: str, error: BaseException | str) -> None:
        """Count a failure of a loaded plugin; logged when it is new, so a failure per frame is one line."""
        text = error if isinstance(error, str) else describe(error)
        with self._lock:
            self.failures += 1
            new = what not in self.failing
            self.failing[what] = text
            changed = self._settle()
        if new:
            cause = error if isinstance(error, BaseException) else None
            log.error("plugin %s: %s fails: %s", self.name, what, text, exc_info=cause)
        self._tell(changed)

    def recovered(self, what: str) -> None:
        """Take back a failure: the same call has worked."""
        with self._lock:
            known = self.failing.pop(what, None)
            changed = self._settle()
        if known is not None:
            log.info("plugin %s: %s works again", self.name, what)
        self._tell(changed)

    def took(self, hook: str, seconds: float) -> None:
        """Note how long a call of a hook took; one that holds up Eyrie is told, once a hook."""
        if seconds > SLOW_SECONDS and hook not in self.slow:
            self.slow.add(hook)
            log.warning("plugin %s: %s took %.1f s; hooks must return at once", self.name, hook, seconds)

    def _tell(self, changed: bool) -> None:
        if changed and self.changed is not None:
            self.changed(self)

    def _settle(self) -> bool:
        """Whether the state has become another one."""
        before = self.state
        if self.state in (PluginState.LOADED, PluginState.DEGRADED):
            self.state = PluginState.DEGRADED if self.failing else PluginState.LOADED
            self.error = "; ".join(f"{what}: {text}" for what, text in self.failing.items())
        return self.state is not before
