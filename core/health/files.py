"""Are the installation's keys for their owner only?"""

from __future__ import annotations

from pathlib import Path

from core.configuration import configuration
from core.hookspecs.ops import Health, Level

NAMES = ("secret.key", "secrets.key", "export.key", "web.pem")
_OTHERS = 0o077


def check() -> Health:
    """Whoever can read these files can read every stored password, or sign in as anybody."""
    open_to_others = [path.name for path in _files() if path.stat().st_mode & _OTHERS]
    if open_to_others:
        return Health(
            Level.FAILED,
            f"Other users of this machine may read {', '.join(open_to_others)}.",
            "Close these files to others; if somebody may have read them, change the cameras' and users' passwords.",
            fixable=True,
        )
    return Health(Level.OK, "Only Eyrie's own user may read its keys.")


def close() -> None:
    """Take the rights of others away. Raises OSError."""
    for path in _files():
        path.chmod(0o600)


def _files() -> list[Path]:
    return [path for name in NAMES if (path := configuration().data / name).is_file()]
