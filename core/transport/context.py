"""The TLS context of the web server, which goes with the certificate file while it serves."""

from __future__ import annotations

import ssl
from pathlib import Path

from core.transport.place import CertificateError

# TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325, 4.2); those of TLS 1.3 are all such.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
Stamp = tuple[int, int, int]


class ServedContext:
    """Give `context` to the server once; `refresh` takes a replaced file up for all later handshakes.

    Each handshake is given the newest context, instead of loading a new certificate into the old one: a context keeps
    one certificate for each kind of key, and would go on showing an EC one beside the RSA one that replaced it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = stamp(path)
        self._newest = _context(path)
        self.context = _context(path)
        self.context.sni_callback = self._choose  # called for each handshake, whether it names a host or not

    def refresh(self) -> bool:
        """Whether another certificate is served now. Raises CertificateError; then the former one is served on."""
        found = stamp(self._path)
        if found == self._stamp:
            return False
        self._stamp = found  # one that is damaged is told of once
        self._newest = _context(self._path)
        return True

    def _choose(self, handshake: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        handshake.context = self._newest


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(
            f"{path} cannot be served ({error.strerror or error}); install a certificate with its key again."
        ) from error
    return context


def stamp(path: Path) -> Stamp:
    """What changes whenever another file is put into its place. Raises CertificateError."""
    try:
        found = path.stat()
    except OSError as error:
        raise CertificateError(f"{path} cannot be read ({error.strerror}); put its backup back.") from error
    return found.st_ino, found.st_mtime_ns, found.st_size
