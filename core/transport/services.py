"""Replacing the certificate, each time written into the audit log. The web server takes it up within seconds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.configuration import Configuration
from core.media.clock import Clock
from core.system import audit
from core.transport.bundle import Bundle, doubts, read
from core.transport.certificate import Certificate, described, made, names_of
from core.transport.names import covers, own_names
from core.transport.place import CertificateError, certificate_file, keep, served


@dataclass(frozen=True, slots=True)
class Installed:
    """certificate: what was given; doubts: what may be a mistake. in_place: it is served now."""

    certificate: Certificate
    doubts: list[str]
    in_place: bool


def install(
    config: Configuration,
    clock: Clock,
    data: bytes,
    password: str,
    *,
    hosts: list[str],
    accept: bool,
    actor: str,
    address: str = "",
) -> Installed:
    """Serve somebody's certificate from now on. One with doubts is not put into place unless they are accepted.

    hosts: names by which the portal is reached, of which it should be for one. Raises CertificateError.
    """
    bundle = read(data, password, clock.wall_ms())
    found = [*_other_host(bundle, hosts), *doubts(bundle)]
    certificate = described(bundle.pem)
    if found and not accept:
        return Installed(certificate, found, in_place=False)
    _put(config, bundle.pem, "certificate.install", actor, address)
    return Installed(certificate, found, in_place=True)


def renew(config: Configuration, clock: Clock, *, actor: str, address: str = "", site_address: str = "") -> Certificate:
    """Serve a new certificate of Eyrie's own, for the names and addresses of today. Raises CertificateError."""
    pem = made(own_names(config, site_address), clock.wall_ms())
    _put(config, pem, "certificate.renew", actor, address)
    return described(pem)


def _other_host(bundle: Bundle, hosts: list[str]) -> list[str]:
    names = names_of(bundle.leaf)
    if not hosts or any(covers(names, host) for host in hosts):
        return []
    return [f"The certificate is for {', '.join(names)}, and not for {hosts[0]}: browsers will warn of it."]


def _put(config: Configuration, pem: bytes, action: str, actor: str, address: str) -> None:
    before = _shown(config)
    try:
        keep(config.data, pem)
    except OSError as error:
        raise CertificateError(f"{certificate_file(config.data)} cannot be written ({error.strerror}).") from error
    after = asdict(described(pem))
    audit.record(actor, action, "certificate:web", before=before, after=after, address=address)


def _shown(config: Configuration) -> dict[str, Any]:
    try:
        found = served(config.data)
    except CertificateError:
        return {}  # a damaged one is replaced
    return asdict(found) if found else {}
