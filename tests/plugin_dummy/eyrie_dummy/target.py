"""A backup target in memory."""

from collections.abc import Iterable, Iterator

from core.api import FarEntry
from eyrie_dummy.settings import ThingSettings

FILES: dict[str, bytes] = {}


class MemoryTarget:
    """One connection. All share what was sent."""

    def __init__(self, settings: ThingSettings) -> None:
        self.settings = settings

    def append(self, path: str, offset: int, data: Iterable[bytes]) -> None:
        """Keep it."""
        FILES[path] = FILES.get(path, b"")[:offset] + b"".join(data)

    def size(self, path: str) -> int | None:
        """Bytes of a file."""
        return len(FILES[path]) if path in FILES else None

    def digest(self, path: str) -> str | None:
        """It does not tell."""
        return None

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """At once."""
        yield FILES[path][offset : offset + length]

    def rename(self, path: str, to: str) -> None:
        """Move it."""
        FILES[to] = FILES.pop(path)

    def delete(self, path: str) -> None:
        """Forget it."""
        FILES.pop(path, None)

    def entries(self, folder: str) -> list[FarEntry]:
        """Its files."""
        inside = [path for path in sorted(FILES) if path.rpartition("/")[0] == folder]
        return [FarEntry(path.rpartition("/")[2], False, len(FILES[path])) for path in inside]

    def close(self) -> None:
        """Nothing to end."""
