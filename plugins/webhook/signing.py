"""Signatures as the Standard Webhooks specification 1.0 has them (standardwebhooks.com): ready-made receivers exist.

Signed is `<id>.<seconds since 1970>.<body>` with HMAC-SHA256; the receiver compares the signature, refuses times that
are minutes away, and drops ids it has seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


def signed(secret: str, key: str, at_ms: int, body: bytes) -> dict[str, str]:
    """The headers that identify and sign a call. An empty secret signs nothing."""
    seconds = str(at_ms // 1000)
    headers = {"Webhook-Id": key, "Webhook-Timestamp": seconds}
    if secret:
        made = hmac.new(_key(secret), f"{key}.{seconds}.".encode() + body, hashlib.sha256).digest()
        headers["Webhook-Signature"] = "v1," + base64.b64encode(made).decode()
    return headers


def _key(secret: str) -> bytes:
    """`whsec_` and Base64 is the specification's way of writing keys; anything else is taken as it is."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
