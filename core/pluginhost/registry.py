"""What plugins contribute, validated, chosen by name. The order of plugins never decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.pluginhost.families import FAMILIES, problem

T = TypeVar("T")
CORE = "core"
"""Provider of what Eyrie itself registers."""


class UnknownName(LookupError):
    """No plugin that is loaded offers this name; the message lists those that are offered."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A descriptor, the plugin that provides it, and the key it is chosen by."""

    plugin: str
    key: str
    spec: T


Refuse = Callable[[str, str, str], None]
"""Told of each contribution left out: plugin, what, why."""


class Registry:
    """All accepted descriptors, by their type: `registry.get(CameraDriverSpec, "rtsp")`."""

    def __init__(self) -> None:
        self._entries: dict[type, dict[str, Entry[Any]]] = {kind: {} for kind in FAMILIES}

    def get(self, kind: type[T], name: str) -> T:
        """The descriptor of that type and name. Raises UnknownName, listing the known ones."""
        return self.entry(kind, name).spec

    def entry(self, kind: type[T], name: str) -> Entry[T]:
        """The same with its provider."""
        try:
            return self._entries[kind][name]
        except KeyError:
            what = FAMILIES[kind].what
            known = ", ".join(sorted(self._entries[kind])) or "none"
            raise UnknownName(f"no {what} is called {name!r}; known: {known}.") from None

    def all(self, kind: type[T]) -> list[T]:
        """All descriptors of a type, sorted by key."""
        return [entry.spec for entry in self.entries(kind)]

    def entries(self, kind: type[T]) -> list[Entry[T]]:
        """All entries of a type, sorted by key."""
        return [entry for _, entry in sorted(self._entries[kind].items())]

    def of(self, plugin: str) -> list[tuple[str, str]]:
        """What one plugin contributes: pairs of family ("camera driver") and key."""
        mine = [(kind, entry) for kind, found in self._entries.items() for _, entry in sorted(found.items())]
        return [(FAMILIES[kind].what, entry.key) for kind, entry in mine if entry.plugin == plugin]

    def fill(self, kind: type[T], offers: Iterable[tuple[str, object]], rank: dict[str, int], refuse: Refuse) -> None:
        """Replace a family by what was offered (plugin, descriptor). Of two with one key the lower rank stays;
        between equals both go, so that a name never means different things from one start to the next.
        """
        claims: dict[str, list[Entry[Any]]] = defaultdict(list)
        for plugin, spec in offers:
            wrong = problem(kind, spec)
            if wrong:
                refuse(plugin, FAMILIES[kind].hook, wrong)
            else:
                key = FAMILIES[kind].key(plugin, spec)
                claims[key].append(Entry(plugin, key, spec))
        self._entries[kind] = {}
        for key, entries in claims.items():
            best = min(rank.get(entry.plugin, 2) for entry in entries)
            winners = [entry for entry in entries if rank.get(entry.plugin, 2) == best]
            if len(winners) == 1:
                self._entries[kind][key] = winners[0]
            for loser in entries if len(winners) > 1 else [e for e in entries if e is not winners[0]]:
                refuse(loser.plugin, FAMILIES[kind].hook, _clash(kind, key, loser, entries))


def _clash(kind: type, key: str, loser: Entry[Any], entries: list[Entry[Any]]) -> str:
    others = sorted({entry.plugin for entry in entries if entry is not loser})
    return f"{FAMILIES[kind].what} {key!r} is offered by {loser.plugin} and by {', '.join(others)}; rename one."
