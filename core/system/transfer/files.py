"""The files of a configuration: read, compared and put back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.hookspecs.configuration import ConfigurationFiles
from core.pluginhost import host
from core.pluginhost.guard import describe
from core.pluginhost.registry import Entry
from core.system.transfer.envelope import ArchiveError

LARGEST = 1024 * 1024
"""Bytes of one file."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a restore adds, changes or removes. key, title: of its ConfigurationFiles."""

    key: str
    title: str
    kind: str
    name: str


@dataclass(slots=True)
class Replaced:
    """What a restore makes of files."""

    changes: list[FileChange] = field(default_factory=list)
    _waiting: list[tuple[ConfigurationFiles, Mapping[str, bytes]]] = field(default_factory=list)

    def add(self, entry: Entry[ConfigurationFiles], there: Mapping[str, bytes]) -> None:
        """Compare the files of one kind with those in the archive."""
        here = entry.spec.read()
        kinds = {
            "added": there.keys() - here.keys(),
            "changed": {name for name in there.keys() & here.keys() if there[name] != here[name]},
            "removed": here.keys() - there.keys(),
        }
        found = [FileChange(entry.key, entry.spec.title, kind, name) for kind, names in kinds.items() for name in names]
        if found:
            self.changes += sorted(found, key=lambda change: change.name)
            self._waiting.append((entry.spec, there))

    def write(self) -> None:
        """Put them into place. Raises ArchiveError for one that cannot be; the tables are restored by then."""
        for spec, there in self._waiting:
            try:
                spec.write(there)
            except (OSError, ValueError) as error:
                why = f"All settings are restored, but {spec.title} could not be written: {describe(error)}."
                raise ArchiveError("file", why) from error


def read() -> dict[str, bytes]:
    """All files by `<key>/<name>`. Raises ArchiveError."""
    entries = host().registry.entries(ConfigurationFiles)
    try:
        return {f"{entry.key}/{name}": data for entry in entries for name, data in entry.spec.read().items()}
    except OSError as error:
        raise ArchiveError("file", f"{error.filename}: {error.strerror}; mend its permissions.") from error


def compare(found: Mapping[str, bytes]) -> Replaced:
    """The files of an archive against those here. Kinds of which the archive holds none stay as they are.

    Raises ArchiveError for files that cannot be taken.
    """
    by_key: dict[str, dict[str, bytes]] = defaultdict(dict)
    for path, data in found.items():
        key, _, name = path.partition("/")
        if not _NAME.fullmatch(name) or len(data) > LARGEST:
            raise ArchiveError("file", f"The file holds {path[:100]!r}, which no Eyrie puts there; take another copy.")
        by_key[key][name] = data
    replaced = Replaced()
    for entry in host().registry.entries(ConfigurationFiles):
        there = by_key.get(entry.key)
        if there is None:
            continue
        try:
            if entry.spec.check is not None:
                entry.spec.check(there)
            replaced.add(entry, there)
        except (OSError, ValueError) as error:
            raise ArchiveError("file", f"{entry.spec.title} cannot be restored: {error}") from error
    return replaced
