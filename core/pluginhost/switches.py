"""Which plugins the administrator switched on or off, and which are in quarantine: two small files in `<data>`.

Files and not tables, because Django's apps are fixed before a database can be read.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.configuration import ConfigurationError


class Switches:
    """`<data>/plugins.json` (enabled and disabled names) and `<data>/run/quarantine.json` (name: why).

    A worker of a plugin is quarantined under `<plugin>:<worker>`. Safe for several processes at once.
    Raises ConfigurationError when a file cannot be read or written.
    """

    def __init__(self, data: Path) -> None:
        self._choices = data / "plugins.json"
        self._quarantine = data / "run" / "quarantine.json"

    def enabled(self) -> list[str]:
        """Names switched on beside what the configuration enables."""
        return list(_read(self._choices).get("enabled", []))

    def disabled(self) -> list[str]:
        """Names switched off."""
        return list(_read(self._choices).get("disabled", []))

    def enable(self, name: str) -> None:
        """Switch a plugin on and end its quarantine, its workers' too."""
        self._choose("enabled", name)
        with _edited(self._quarantine) as reasons:
            for key in [key for key in reasons if key.partition(":")[0] == name]:
                del reasons[key]

    def disable(self, name: str) -> None:
        """Switch a plugin off."""
        self._choose("disabled", name)

    def quarantined(self) -> dict[str, str]:
        """Why each quarantined plugin or worker is there."""
        return {str(name): str(why) for name, why in _read(self._quarantine).items()}

    def quarantine(self, name: str, why: str) -> None:
        """Put a plugin, or `<plugin>:<worker>`, in quarantine until it is enabled again."""
        with _edited(self._quarantine) as reasons:
            reasons[name] = why

    def _choose(self, where: str, name: str) -> None:
        with _edited(self._choices) as choices:
            for key in ("enabled", "disabled"):
                names = set(choices.get(key, [])) - {name}
                choices[key] = sorted(names | {name} if key == where else names)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); mend or remove it.") from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path}: must hold a JSON object; mend or remove it.")
    return values


@contextmanager
def _edited(path: Path) -> Iterator[dict[str, Any]]:
    """The file's values to change; written whole, by one process at a time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            values = _read(path)
            yield values
            draft = path.with_suffix(".new")
            draft.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", "utf-8")
            draft.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror}); mend its permissions.") from error
