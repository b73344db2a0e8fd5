"""May browsers be told to use nothing but HTTPS from now on (HSTS, RFC 6797)?

Only where an authority stands behind the certificate. Whoever has accepted a self-signed one has to accept the next one
too, and HSTS takes that choice away: browsers then offer no way past a certificate that they do not know.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.configuration import Configuration
from core.transport.certificate import described
from core.transport.context import Stamp, stamp
from core.transport.place import CertificateError, certificate_file


def insists(config: Configuration) -> bool:
    """Whether answers carry Strict-Transport-Security. Asked for each answer: a look at the file's date."""
    if not config.speaks_https:
        return False  # behind a proxy it is the proxy that knows its certificate
    path = certificate_file(config.data)
    try:
        return _is_vouched_for(path, stamp(path))
    except CertificateError:
        return False


@lru_cache(maxsize=1)
def _is_vouched_for(path: Path, seen: Stamp) -> bool:
    try:
        return not described(path.read_bytes()).self_signed
    except (OSError, ValueError):
        return False
