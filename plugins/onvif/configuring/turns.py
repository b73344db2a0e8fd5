"""One at a time: settings of a device are changed by reading, sending back, and reading again."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plugins.onvif.client.address import Address
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.settings import OnvifSettings

PATIENCE_S = 30.0
_PAUSE_S = 0.1


@contextmanager
def turn(settings: OnvifSettings, folder: Path, patience: float = PATIENCE_S) -> Iterator[None]:
    """Hold the device that these settings lead to, against all threads and processes of this machine.

    folder: where its lock lies; the kernel gives it back when a process dies. Raises OnvifError when others hold it for
    longer than `patience` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(Address.of(settings.address).authority.encode()).hexdigest()[:16]
    ends = time.monotonic() + patience
    with (folder / f"onvif-{name}.lock").open("w") as file:
        while not _locked(file.fileno()):
            if time.monotonic() > ends:
                raise OnvifError("timeout", "Somebody else is changing the settings of this device; try again.")
            time.sleep(_PAUSE_S)
        yield


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
