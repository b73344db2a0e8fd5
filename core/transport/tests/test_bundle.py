"""Certificates that people bring: whatever form and order, and each way in which one cannot be served."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.transport.bundle import LARGEST, doubts, read
from core.transport.place import CertificateError
from core.transport.tests.issuing import NOW_MS, Issued


def test_any_order_becomes_the_order_of_the_chain(
    authority: Issued, between: Issued, leaf: Issued, tmp_path: Path
) -> None:
    bundle = read(authority.pem + leaf.key_pem() + between.pem + leaf.pem, "", NOW_MS)
    assert bundle.leaf == leaf.certificate
    assert bundle.above == (between.certificate, authority.certificate)
    path = tmp_path / "web.pem"
    path.write_bytes(bundle.pem)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)  # OpenSSL wants the certificate of the key first


def test_what_has_no_part_in_the_chain_is_left_out(
    issued: Callable[..., Issued], between: Issued, leaf: Issued
) -> None:
    stranger = issued("Stranger", ca=True)
    assert read(leaf.pem + stranger.pem + between.pem + leaf.key_pem(), "", NOW_MS).above == (between.certificate,)


def test_an_authority_of_the_same_name_with_another_key_vouches_for_nothing(
    issued: Callable[..., Issued], leaf: Issued
) -> None:
    forged = issued("Between", ca=True)
    assert read(leaf.pem + forged.pem + leaf.key_pem(), "", NOW_MS).above == ()


@pytest.mark.parametrize("password", ["", "pass phrase ä"])
def test_pkcs12_and_its_password(authority: Issued, between: Issued, leaf: Issued, password: str) -> None:
    lock = BestAvailableEncryption(password.encode()) if password else pkcs12.serialization.NoEncryption()
    data = pkcs12.serialize_key_and_certificates(
        b"portal", leaf.key, leaf.certificate, [authority.certificate, between.certificate], lock
    )
    assert read(data, password, NOW_MS).above == (between.certificate, authority.certificate)
    if password:
        with pytest.raises(CertificateError, match="does not open the file") as refused:
            read(data, "another", NOW_MS)
        assert refused.value.field == "password"


def test_a_locked_key_asks_for_its_password(leaf: Issued) -> None:
    data = leaf.pem + leaf.key_pem(b"sesame")
    assert read(data, "sesame", NOW_MS).leaf == leaf.certificate
    assert b"ENCRYPTED" not in read(data, "sesame", NOW_MS).pem
    for password, sentence in (("", "is locked; give its password"), ("wrong", "does not open the private key")):
        with pytest.raises(CertificateError, match=sentence) as refused:
            read(data, password, NOW_MS)
        assert refused.value.field == "password"


def refusal(data: bytes) -> str:
    with pytest.raises(CertificateError) as refused:
        read(data, "", NOW_MS)
    return str(refused.value)


def test_a_key_of_another_certificate_is_refused(leaf: Issued, between: Issued) -> None:
    assert "is not that of the certificate" in refusal(leaf.pem + between.key_pem())


def test_what_is_missing_is_named(leaf: Issued) -> None:
    assert "private key is missing" in refusal(leaf.pem)
    assert "holds no certificate" in refusal(leaf.key_pem())
    assert "several private keys" in refusal(leaf.pem + leaf.key_pem() + leaf.key_pem())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "neither PEM nor PKCS#12"),
        (b"hello", "neither PEM nor PKCS#12"),
        (b"\x30\x82\x01\x00" + bytes(256), "no valid PKCS#12"),
        (b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "certificate in the file is damaged"),
        (bytes(LARGEST + 1), "larger than any certificate"),
    ],
)
def test_what_is_no_certificate_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data)


def test_half_a_key_is_damaged(leaf: Issued) -> None:
    assert "private key is damaged" in refusal(leaf.pem + leaf.key_pem()[:120])


def test_dates_are_those_of_now(issued: Callable[..., Issued], authority: Issued) -> None:
    ended = issued("old", authority, hosts=("a.example",), begin=-100, days=50)
    early = issued("new", authority, hosts=("a.example",), begin=5)
    assert "old ended on 2026-10-04" in refusal(ended.pem + ended.key_pem())
    assert "new begins on 2026-11-28 only" in refusal(early.pem + early.key_pem())


def test_an_authority_that_has_ended_is_refused_too(issued: Callable[..., Issued]) -> None:
    authority = issued("Gone", ca=True, begin=-400, days=300)
    leaf = issued("a", authority, hosts=("a.example",))
    assert "Gone ended on" in refusal(leaf.pem + authority.pem + leaf.key_pem())


def test_what_browsers_refuse_is_refused_before_they_do(issued: Callable[..., Issued], authority: Issued) -> None:
    nameless = issued("nameless", authority)
    weak = issued("weak", authority, hosts=("a.example",), bits=1024)
    person = issued("person", authority, hosts=("a.example",), usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert "names no host" in refusal(nameless.pem + nameless.key_pem())
    assert "1024 bits" in refusal(weak.pem + weak.key_pem())
    assert "not for a web server" in refusal(person.pem + person.key_pem())


def test_a_chain_that_ends_with_a_stranger_is_doubted(authority: Issued, between: Issued, leaf: Issued) -> None:
    whole = read(leaf.pem + between.pem + authority.pem + leaf.key_pem(), "", NOW_MS)
    half = read(leaf.pem + between.pem + leaf.key_pem(), "", NOW_MS)
    assert doubts(whole) == []
    (doubt,) = doubts(half)
    assert "The chain ends with Between, and Root of tests above it is no authority" in doubt


def test_a_certificate_that_nobody_vouches_for_is_doubted(issued: Callable[..., Issued]) -> None:
    alone = issued("alone", hosts=("a.example",))
    (doubt,) = doubts(read(alone.pem + alone.key_pem(), "", NOW_MS))
    assert "No authority stands behind" in doubt
