"""Messages that only the browser can read (RFC 8291), in one record of `aes128gcm` (RFC 8188)."""

from __future__ import annotations

import base64
import os
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
MOST_PLAIN = RECORD - 16 - 1 - 86  # of the body that push services must take: tag, delimiter and header off
CURVE = ec.SECP256R1()


class BadKeys(ValueError):
    """The browser's keys are none; one sentence."""


def from_base64url(text: str) -> bytes:
    """Bytes of Base64url, padded or not. Raises BadKeys."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadKeys("The keys are no Base64url.") from error


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def browser_key(p256dh: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """A browser's public key and secret. Raises BadKeys."""
    secret = from_base64url(auth)
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(p256dh))
    except ValueError as error:
        raise BadKeys("p256dh: is no point of P-256.") from error
    if len(secret) != 16:
        raise BadKeys("auth: must have 16 bytes.")
    return key, secret


def encrypt(
    plain: bytes,
    p256dh: str,
    auth: str,
    *,
    private: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push message. private, salt: new ones for each, unless a test says which. Raises BadKeys."""
    if len(plain) > MOST_PLAIN:
        raise ValueError(f"A push message has at most {MOST_PLAIN} bytes, not {len(plain)}.")
    browser, secret = browser_key(p256dh, auth)
    own = private or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    ours, theirs = point(own.public_key()), point(browser)
    shared = own.exchange(ec.ECDH(), browser)
    keying = _hkdf(secret, b"WebPush: info\0" + theirs + ours, 32, shared)
    key = _hkdf(salt, b"Content-Encoding: aes128gcm\0", 16, keying)
    nonce = _hkdf(salt, b"Content-Encoding: nonce\0", 12, keying)
    header = salt + struct.pack(">IB", RECORD, len(ours)) + ours
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(salt: bytes, info: bytes, length: int, keying: bytes) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(keying)
