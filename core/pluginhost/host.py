"""The plugin host: loads the hooks of the selected plugins, keeps their registry, and calls them one by one."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, ParamSpec, TypeVar

import pluggy
from django.apps import apps

from core.hookspecs import (
    access,
    actions,
    audit,
    backup,
    cameras,
    configuration,
    detectors,
    directories,
    events,
    ops,
    redaction,
    settings,
    storage,
    web,
)
from core.hookspecs.marks import PROJECT, Policy
from core.pluginhost.facade import Hooks
from core.pluginhost.families import FAMILIES
from core.pluginhost.guard import Outcome, PluginError, describe, guarded, guarded_async
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.registry import CORE, Registry

SPEC_MODULES: tuple[ModuleType, ...] = (
    access,
    actions,
    audit,
    backup,
    cameras,
    configuration,
    detectors,
    directories,
    events,
    ops,
    redaction,
    settings,
    storage,
    web,
)
log = logging.getLogger("eyrie.plugins")
P = ParamSpec("P")
T = TypeVar("T")


class PluginHost:
    """One set of plugins. `records`: as made by `select()`; `strict`: any failure of a plugin raises PluginError."""

    def __init__(self, records: Sequence[PluginRecord] = (), *, strict: bool = False) -> None:
        self.plugins = {record.name: record for record in records}
        self.strict = strict
        self.registry = Registry()
        self.hooks = Hooks(self.call)
        self._manager = pluggy.PluginManager(PROJECT)
        for module in SPEC_MODULES:
            self._manager.add_hookspecs(module)

    def load(self, core_hooks: Sequence[ModuleType] = ()) -> None:
        """Import and register the hooks of the selected plugins, fill the registry, tell `on_host_ready`.

        core_hooks: modules with hooks of Eyrie itself, registered as provider `core`; their failures always raise.
        """
        for module in core_hooks:
            self._register(module, f"{CORE}:{module.__name__}")
        for record in self.plugins.values():
            if record.state is PluginState.LOADING:
                self._load(record)
        self._fill()
        self.hooks.on_host_ready()

    def call(self, hook: str, /, **arguments: object) -> list[Outcome[Any]]:
        """Call each implementation of a hook in its own `try`, in the order of the plugins' names.

        A failure is counted and shown with its plugin; it raises PluginError in strict mode and under `fail_fast`.
        """
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        implementations = sorted(caller.get_hookimpls(), key=lambda one: one.plugin_name)
        return [self._call_one(one, hook, arguments) for one in implementations]

    def run(self, plugin: str, what: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
        """Call something a plugin's descriptor gave, isolated and accounted like a hook. what: a few words for people.

        The outcome holds the error; strict mode leaves raising to the caller, who knows what the call is worth.
        """
        return self._account(guarded(plugin, function, *args, **kwargs), what)

    async def run_async(
        self, plugin: str, what: str, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Outcome[T]:
        """The same for a coroutine function."""
        return self._account(await guarded_async(plugin, function, *args, **kwargs), what)

    def implements(self, hook: str) -> bool:
        """Whether any loaded plugin implements a hook: saves work where nobody does."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    @contextmanager
    def registered(self, hooks: ModuleType | SimpleNamespace, name: str) -> Iterator[PluginRecord]:
        """Have hooks registered as plugin `name` for a while, for tests; its failures are accounted to it."""
        record = PluginRecord(name, "", "registered for a while", PluginState.LOADED)
        kept = self.plugins.get(name)
        self._register(hooks, name)
        self.plugins[name] = record
        self._fill()
        try:
            yield record
        finally:
            self._manager.unregister(name=name)
            del self.plugins[name]
            if kept is not None:
                self.plugins[name] = kept
            self._fill()

    def _load(self, record: PluginRecord) -> None:
        outcome = guarded(record.name, self._import_hooks, record)
        if outcome.error is None:
            record.state = PluginState.LOADED
            for what, why in list(record.failing.items()):
                record.failed(what, why)
            return
        record.refuse(PluginState.FAILED, f"{record.module}.hooks: {describe(outcome.error)}")
        if self.strict:
            raise PluginError(record.name, "cannot be loaded", record.error) from outcome.error
        log.error("plugin %s cannot be loaded: %s", record.name, record.error, exc_info=outcome.error)

    def _import_hooks(self, record: PluginRecord) -> None:
        name = f"{record.module}.hooks"
        if importlib.util.find_spec(name) is not None:
            self._register(importlib.import_module(name), record.name)

    def _register(self, hooks: ModuleType | SimpleNamespace, name: str) -> None:
        for attribute in sorted(vars(hooks)):
            options = self._manager.parse_hookimpl_opts(hooks, attribute)
            if options is not None:
                self._check(options["specname"] or attribute, getattr(hooks, attribute), dict(options))
        self._manager.register(hooks, name=name)

    def _check(self, hook: str, function: Callable[..., Any], options: dict[str, Any]) -> None:
        if not hasattr(self._manager.hook, hook) and not options["optionalhook"]:
            raise ValueError(f"there is no hook {hook}; see docs/reference/hooks.md.")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise ValueError(f"{hook} is async; hooks are plain functions that return at once.")
        if any(options[key] for key in ("wrapper", "hookwrapper", "tryfirst", "trylast")):
            raise ValueError(f"{hook}: order and wrapping of hooks are not for plugins; use plain @hookimpl.")
        if any(p.default is not p.empty for p in inspect.signature(function).parameters.values()):
            raise ValueError(f"{hook}: arguments of a hook have no default values; remove them.")

    def _call_one(self, one: pluggy.HookImpl, hook: str, arguments: dict[str, object]) -> Outcome[Any]:
        plugin = one.plugin_name.partition(":")[0]
        chosen = {name: arguments[name] for name in one.argnames}
        register = hook.startswith("register_")
        outcome = guarded(plugin, _read, one.function, chosen) if register else guarded(plugin, one.function, **chosen)
        spec = getattr(self._manager.hook, hook).spec
        fast = spec is not None and getattr(spec.function, "eyrie_policy", None) is Policy.FAIL_FAST
        if outcome.error is not None and (fast or self.strict or plugin == CORE):
            raise PluginError(plugin, hook, describe(outcome.error)) from outcome.error
        record = self.plugins.get(plugin)
        if record is not None:
            record.took(hook, outcome.seconds)
        return self._account(outcome, hook)

    def _account(self, outcome: Outcome[T], what: str) -> Outcome[T]:
        record = self.plugins.get(outcome.plugin)
        if record is not None:
            if outcome.error is None:
                record.recovered(what)
            else:
                record.failed(what, outcome.error)
        return outcome

    def _fill(self) -> None:
        rank = {CORE: 0} | {record.name: 1 for record in self.plugins.values() if record.in_tree}
        for kind, family in FAMILIES.items():
            outcomes = self.call(family.hook)
            offers = [(outcome.plugin, spec) for outcome in outcomes for spec in outcome.value or ()]
            self.registry.fill(kind, offers, rank, self._refuse)

    def _refuse(self, plugin: str, what: str, why: str) -> None:
        record = self.plugins.get(plugin)
        if self.strict or record is None:
            raise PluginError(plugin, what, why)
        record.failed(what, why)


def _read(function: Callable[..., Any], arguments: dict[str, object]) -> tuple[Any, ...]:
    """What a `register_…` yields. A generator raises only when it is read, so it is read where that is attributed."""
    return tuple(function(**arguments) or ())


def host() -> PluginHost:
    """The plugin host of this process, made when Django was set up and owned by the app `core.pluginhost`."""
    from core.pluginhost.apps import Config

    config = apps.get_app_config("pluginhost")
    if not isinstance(config, Config):
        raise TypeError("the app label `pluginhost` belongs to something else")
    return config.host
