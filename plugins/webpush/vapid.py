"""Saying to push services who sends (VAPID, RFC 8292). The key is in `<data>/webpush.key`, made at first use; browsers
that subscribed with it take messages of no other, so it belongs into the backup.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from plugins.webpush.encryption import CURVE, point, to_base64url

FILE = "webpush.key"
GOOD_FOR_S = 12 * 3600


def own_key() -> ec.EllipticCurvePrivateKey:
    """This installation's key."""
    from core.api.services import data_directory  # needs no database

    return _key(data_directory() / FILE)


def public_key() -> str:
    """What browsers subscribe with: 65 bytes in Base64url."""
    return to_base64url(point(own_key().public_key()))


def authorization(endpoint: str, contact: str, now_ms: int, key: ec.EllipticCurvePrivateKey) -> str:
    """The Authorization header for one push service. now_ms: UTC."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now_ms // 1000 + GOOD_FOR_S, "sub": contact}
    signing = ".".join(to_base64url(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    first, second = decode_dss_signature(key.sign(signing.encode(), ec.ECDSA(SHA256())))
    signature = to_base64url(first.to_bytes(32, "big") + second.to_bytes(32, "big"))  # RFC 7518, 3.4
    return f"vapid t={signing}.{signature}, k={to_base64url(point(key.public_key()))}"


@cache
def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    from core.api.services import make_key_file

    if not path.exists():
        made = ec.generate_private_key(CURVE)
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        make_key_file(path, pem.decode())
    found = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} is no P-256 key; put its backup back, or remove it to make a new one.")
    return found
