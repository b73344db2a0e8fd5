"""A certificate: what it says, and one that Eyrie makes for itself.

cryptography's X.509 half is loaded only when it is needed: few processes ever need it.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

DAYS = 397
"""How long a certificate of Eyrie's own lasts: the most that browsers accept of anybody's (CA/B Baseline, 6.3.2)."""
DAY_MS = 86_400_000
MADE_HERE = b"# Made by Eyrie for itself; it is renewed by itself as well.\n"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. Times in ms UTC.

    names: host names and addresses it is for. fingerprint: SHA-256 of all of it, as browsers show it. key: kind, size.
    self_signed: no authority stands behind it. made_here: Eyrie made it. chain: certificates sent, itself included.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int
    fingerprint: str
    key: str
    self_signed: bool
    made_here: bool
    chain: int

    def days_left(self, now_ms: int) -> int:
        """Whole days until it ends, negative afterwards."""
        return (self.not_after_ms - now_ms) // DAY_MS


def described(pem: bytes) -> Certificate:
    """What the first certificate of a PEM file says. Raises ValueError when there is none."""
    from cryptography import x509

    chain = x509.load_pem_x509_certificates(pem)
    leaf = chain[0]
    return Certificate(
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        names=names_of(leaf),
        not_before_ms=int(leaf.not_valid_before_utc.timestamp() * 1000),
        not_after_ms=int(leaf.not_valid_after_utc.timestamp() * 1000),
        fingerprint=fingerprint(pem),
        key=key_of(leaf),
        self_signed=leaf.issuer == leaf.subject,
        made_here=pem.startswith(MADE_HERE),
        chain=len(chain),
    )


def fingerprint(pem: bytes) -> str:
    """SHA-256 of the first certificate of a PEM file, in pairs of hexadecimal digits. Raises ValueError."""
    text = pem.decode("ascii", "replace")
    begin, end = text.find(_BEGIN), text.find(_END)
    if begin < 0 or end < begin:
        raise ValueError("holds no certificate")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[begin : end + len(_END)])).digest().hex(":").upper()


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Host names and addresses of the subject's alternative names (RFC 5280, 4.2.1.6)."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = [str(one) for one in found.get_values_for_type(x509.IPAddress)]
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def key_of(certificate: x509.Certificate) -> str:
    """Kind and size of the key, such as `EC P-256` or `RSA 2048`."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name.replace('secp', 'P-').removesuffix('r1')}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return type(key).__name__.removesuffix("PublicKey").lstrip("_")


def made(names: list[str], now_ms: int) -> bytes:
    """A certificate for these names with its key, P-256, signed by itself, as one PEM text; it begins an hour ago, for
    browsers whose clock is behind.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Eyrie"),
            x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64]),
        ]
    )
    begin = datetime.datetime.fromtimestamp(now_ms // 1000, datetime.UTC) - datetime.timedelta(hours=1)
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # digital signature alone
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return MADE_HERE + certificate.public_bytes(serialization.Encoding.PEM) + private


def _general(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
