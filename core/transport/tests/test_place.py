"""The certificate that Eyrie makes for itself, and when it is made anew."""

from __future__ import annotations

import ipaddress
import os
import ssl
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from core.configuration import load
from core.testing.clock import FakeClock
from core.transport.certificate import DAY_MS, MADE_HERE, described, fingerprint, made
from core.transport.names import covers, own_names
from core.transport.place import CertificateError, certificate_file, keep, own_fingerprint, see_to, served
from core.transport.tests.issuing import NOW_MS, Issued


@pytest.fixture
def config(tmp_path: Path):
    return load({"EYRIE_DATA": str(tmp_path), "EYRIE_HOST": "192.0.2.9"})


def test_one_is_made_once_for_this_machine(config, tmp_path: Path) -> None:
    clock = FakeClock(wall_ms=NOW_MS)
    first = see_to(config, clock, "https://cameras.example.com:8600")
    path = certificate_file(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.names[0] == "cameras.example.com"
    assert {"localhost", "127.0.0.1"} <= set(first.names)
    assert first.key == "EC P-256"
    assert first.made_here and first.self_signed and first.days_left(NOW_MS) == 396
    assert see_to(config, clock) == first
    assert own_fingerprint(tmp_path) == first.fingerprint


def test_it_is_made_anew_a_month_before_it_ends(config) -> None:
    first = see_to(config, FakeClock(wall_ms=NOW_MS))
    assert see_to(config, FakeClock(wall_ms=NOW_MS + 366 * DAY_MS)) == first
    assert see_to(config, FakeClock(wall_ms=NOW_MS + 368 * DAY_MS)).fingerprint != first.fingerprint


def test_somebody_elses_is_never_replaced(config, leaf: Issued) -> None:
    keep(config.data, leaf.pem + leaf.key_pem())
    ten_years = FakeClock(wall_ms=NOW_MS + 3650 * DAY_MS)
    assert see_to(config, ten_years).names == ("cameras.example.com",)
    assert own_fingerprint(config.data) == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_installs_is_the_data_directorys_owners(config, leaf: Issued) -> None:
    os.chown(config.data, 65534, 65534)
    keep(config.data, leaf.pem + leaf.key_pem())
    found = certificate_file(config.data).stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (65534, 65534, 0o600)


def test_a_damaged_file_is_named_with_the_remedy(config) -> None:
    certificate_file(config.data).write_text("nothing")
    with pytest.raises(CertificateError, match=r"holds no certificate.*remove it"):
        served(config.data)


def test_it_is_a_certificate_that_clients_take_once_they_know_it(tmp_path: Path) -> None:
    pem = made(["cameras.example.com", "10.0.0.5"], NOW_MS)
    path = tmp_path / "web.pem"
    path.write_bytes(pem)
    assert pem.startswith(MADE_HERE)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["cameras.example.com"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("10.0.0.5")]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_fingerprint_is_that_of_the_certificate_not_of_the_file(leaf: Issued, authority: Issued) -> None:
    from cryptography.hazmat.primitives import hashes

    expected = leaf.certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    assert fingerprint(leaf.pem + authority.pem + leaf.key_pem()) == expected
    assert described(leaf.pem + authority.pem).fingerprint == expected


@pytest.mark.parametrize(
    ("names", "host", "fits"),
    [
        (("a.example",), "a.example", True),
        (("a.example",), "A.Example.", True),
        (("a.example",), "b.a.example", False),
        (("*.example",), "a.example", True),
        (("*.example",), "b.a.example", False),
        (("*.example",), "example", False),
        (("10.0.0.5",), "10.0.0.5", True),
        (("10.0.0.5",), "10.0.0.6", False),
        (("::1",), "[0:0::1]", True),
        (("*.0.0.5",), "10.0.0.5", False),
    ],
)
def test_which_hosts_a_certificate_is_for(names: tuple[str, ...], host: str, fits: bool) -> None:
    assert covers(names, host) is fits


def test_own_names_are_usable_ones(issued: Callable[..., Issued]) -> None:
    found = own_names(load({"EYRIE_ALLOWED_HOSTS": "*,cams.example.com", "EYRIE_HOST": "::"}))
    assert "cams.example.com" in found and "*" not in found and "::" not in found
