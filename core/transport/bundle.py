"""A certificate that somebody brings: read from PEM or PKCS#12, put in order, checked."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.transport.certificate import names_of
from core.transport.place import CertificateError

if TYPE_CHECKING:
    from cryptography import x509

LARGEST = 256 * 1024
"""Bytes; a chain with its key takes less than ten thousand."""
LEAST_RSA = 2048
MOST = 12
"""Certificates in one bundle."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A certificate, those that vouch for it in order, and its key. pem: all of it, the key last and unencrypted."""

    leaf: x509.Certificate
    above: tuple[x509.Certificate, ...]
    pem: bytes


def read(data: bytes, password: str, now_ms: int) -> Bundle:
    """A bundle that can be served. Raises CertificateError with one sentence when it cannot.

    data: PEM texts one after the other in any order, or PKCS#12 (RFC 7292). password: of the key; empty without one.
    """
    if len(data) > LARGEST:
        raise CertificateError("The file is larger than any certificate; choose another one.")
    given, key = _pem(data, password) if b"-----BEGIN " in data else _pkcs12(data, password)
    if not given:
        raise CertificateError("The file holds no certificate; give PEM or PKCS#12 with certificate and key.")
    if len(given) > MOST:
        raise CertificateError(f"The file holds {len(given)} certificates; give one with those that vouch for it.")
    if key is None:
        raise CertificateError("The private key is missing; add the text that begins with BEGIN PRIVATE KEY.")
    leaf = _of_key(given, key)
    _check(leaf, now_ms)
    above = _chain(leaf, given)
    _check_times(above, now_ms)
    return Bundle(leaf, above, _written(leaf, above, key))


def doubts(bundle: Bundle) -> list[str]:
    """What may be meant so, and may be a mistake: a chain whose end this machine does not know."""
    last = bundle.above[-1] if bundle.above else bundle.leaf
    if last.issuer == last.subject and last is bundle.leaf:
        return ["No authority stands behind this certificate: browsers warn of it until it is made known to each."]
    if last.issuer == last.subject or last.issuer.public_bytes() in _known_authorities():
        return []
    return [
        f"The chain ends with {_common_name(last.subject)}, and {_common_name(last.issuer)} above it is no authority "
        "that this machine knows; add its certificate if browsers do not have it."
    ]


def _pem(data: bytes, password: str) -> tuple[list[x509.Certificate], Any]:
    from cryptography import x509

    try:
        given = x509.load_pem_x509_certificates(data) if b"-----BEGIN CERTIFICATE-----" in data else []
    except ValueError as error:
        raise CertificateError("A certificate in the file is damaged; copy it again as a whole.") from error
    keys = [block for block in _blocks(data) if b"PRIVATE KEY-----" in block.splitlines()[0]]
    if len(keys) > 1:
        raise CertificateError("The file holds several private keys; give the one of this certificate.")
    return given, _pem_key(keys[0], password) if keys else None


def _blocks(data: bytes) -> list[bytes]:
    return [b"-----BEGIN " + part for part in data.split(b"-----BEGIN ")[1:]]


def _pem_key(block: bytes, password: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    is_locked = b"ENCRYPTED" in block
    if is_locked and not password:
        raise CertificateError("The private key is locked; give its password.", "password")
    try:
        return load_pem_private_key(block, password.encode() if is_locked else None)
    except UnsupportedAlgorithm as error:
        raise CertificateError("The private key is of a kind that is not known here; use EC P-256 or RSA.") from error
    except (ValueError, TypeError) as error:
        if is_locked:
            raise CertificateError(
                "The password does not open the private key; give the right one.", "password"
            ) from error
        raise CertificateError("The private key is damaged; copy it again as a whole.") from error


def _pkcs12(data: bytes, password: str) -> tuple[list[x509.Certificate], Any]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    if not data.startswith(b"\x30"):  # an ASN.1 sequence
        raise CertificateError("The file is neither PEM nor PKCS#12; give one of the two.")
    try:
        found = load_pkcs12(data, password.encode() or None)
    except UnsupportedAlgorithm as error:
        raise CertificateError("The file is locked in a way that is too old; export it anew with AES.") from error
    except ValueError as error:
        if "assword" in str(error):
            sentence = "The password does not open the file; give the right one."
            raise CertificateError(sentence, "password") from error
        raise CertificateError("The file is no valid PKCS#12; export it again.") from error
    own = [found.cert.certificate] if found.cert else []
    return [*own, *(one.certificate for one in found.additional_certs)], found.key


def _of_key(given: list[x509.Certificate], key: Any) -> x509.Certificate:
    for one in given:
        if one.public_key() == key.public_key():
            return one
    raise CertificateError("The private key is not that of the certificate; give the two that belong together.")


def _check(leaf: x509.Certificate, now_ms: int) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = leaf.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise CertificateError("Browsers take no key of this kind; use EC P-256 or RSA.")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA:
        raise CertificateError(f"The key has {key.key_size} bits; browsers ask for {LEAST_RSA} or more.")
    if leaf.signature_hash_algorithm is not None and leaf.signature_hash_algorithm.name in ("md5", "sha1"):
        raise CertificateError("The certificate is signed with MD5 or SHA-1, which browsers refuse; have it made anew.")
    if not names_of(leaf):
        raise CertificateError(
            "The certificate names no host (subjectAltName), so browsers refuse it; have it made anew."
        )
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & {
        *usage
    }:
        raise CertificateError("The certificate is not for a web server (serverAuth); have one made that is.")
    _check_times((leaf,), now_ms)


def _check_times(chain: tuple[x509.Certificate, ...], now_ms: int) -> None:
    now = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC)
    for one in chain:
        name = _common_name(one.subject)
        if one.not_valid_after_utc < now:
            raise CertificateError(
                f"The certificate {name} ended on {one.not_valid_after_utc:%Y-%m-%d}; have it made anew."
            )
        if one.not_valid_before_utc > now:
            begin = f"{one.not_valid_before_utc:%Y-%m-%d}"
            raise CertificateError(
                f"The certificate {name} begins on {begin} only; look at this machine's clock, or wait."
            )


def _chain(leaf: x509.Certificate, given: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Who vouches for whom, upwards (RFC 8446, 4.4.2), whatever the order in the file; what has no part is left out.

    An authority's own certificate at the end is sent too: harmless, and it tells `doubts` that the chain is whole.
    """
    chain = [leaf]
    while (above := _issuer_of(chain[-1], given)) is not None and above not in chain:
        chain.append(above)
    return tuple(chain[1:])


def _issuer_of(one: x509.Certificate, given: list[x509.Certificate]) -> x509.Certificate | None:
    from cryptography.exceptions import InvalidSignature

    for other in given:
        try:
            one.verify_directly_issued_by(other)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return other
    return None


def _known_authorities() -> set[bytes]:
    """Subjects of the authorities that this machine trusts."""
    import ssl
    import warnings

    from cryptography import x509

    found = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old roots with odd serial numbers, which are not for us to mend
        for one in ssl.create_default_context().get_ca_certs(binary_form=True):
            try:
                found.add(x509.load_der_x509_certificate(one).subject.public_bytes())
            except ValueError:
                continue
    return found


def _common_name(name: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _written(leaf: x509.Certificate, above: tuple[x509.Certificate, ...], key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    chain = b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, *above))
    return chain + bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
