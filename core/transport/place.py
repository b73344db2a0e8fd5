"""Where the certificate lies: `<data>/web.pem`, certificates and key in one file, so that both are replaced at once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from core.configuration import Configuration
from core.media.clock import Clock
from core.transport.certificate import MADE_HERE, Certificate, described, fingerprint, made
from core.transport.names import own_names

RENEWED_DAYS = 30
"""So many days before its end a certificate of Eyrie's own is made anew, and one of somebody else's is warned of."""

UNENCRYPTED = "Whoever is on the same network can read passwords and pictures."


class CertificateError(Exception):
    """The certificate cannot be read, made or taken; one sentence. field: what of a request it is about."""

    def __init__(self, sentence: str, field: str = "file") -> None:
        super().__init__(sentence)
        self.field = field


def certificate_file(data: Path) -> Path:
    """PEM: the certificate, those that vouch for it, and the key; its owner alone may read it."""
    return data / "web.pem"


def served(data: Path) -> Certificate | None:
    """The certificate that is served, None without one. Raises CertificateError when it is damaged."""
    path = certificate_file(data)
    try:
        return described(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CertificateError(_damaged(path, error)) from error


def own_fingerprint(data: Path) -> str:
    """That of a certificate that Eyrie made for itself; empty where another one is served, or none."""
    try:
        pem = certificate_file(data).read_bytes()
        return fingerprint(pem) if pem.startswith(MADE_HERE) else ""
    except (OSError, ValueError):
        return ""


def keep(data: Path, pem: bytes) -> None:
    """Put a certificate with its key into place: whole or not at all. Raises OSError."""
    data.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=data, prefix=".web-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:  # as certbot calls us; it is for whoever Eyrie runs as
            owner = data.stat()
            os.chown(aside, owner.st_uid, owner.st_gid)
        Path(aside).replace(certificate_file(data))
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise


def see_to(config: Configuration, clock: Clock, site_address: str = "") -> Certificate:
    """The certificate to serve: made where there is none, and made anew where Eyrie's own ends soon.

    One that somebody brought is never replaced, even when it has ended. Raises CertificateError.
    """
    found = served(config.data)
    if found is not None and not _is_due(found, clock.wall_ms()):
        return found
    pem = made(own_names(config, site_address), clock.wall_ms())
    try:
        keep(config.data, pem)
    except OSError as error:
        raise CertificateError(f"{certificate_file(config.data)} cannot be written ({error.strerror}).") from error
    return described(pem)


def _is_due(found: Certificate, now_ms: int) -> bool:
    return found.made_here and found.days_left(now_ms) < RENEWED_DAYS


def _damaged(path: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "it holds no certificate"
    return f"{path} cannot be used ({reason}); put its backup back, or remove it so that Eyrie makes one of its own."
