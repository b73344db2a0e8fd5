"""Checking signed webhooks, as the Standard Webhooks specification 1.0 has them (standardwebhooks.com).

Signed is `<id>.<seconds since 1970>.<body>` with HMAC-SHA256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE_S = 300
PREFIX = "whsec_"


class BadSignature(ValueError):
    """The call is not from who has the key, or too old; one sentence."""


def check(secret: str, headers: Mapping[str, str], body: bytes, now_ms: int) -> None:
    """Raises BadSignature. headers: any mapping that finds `webhook-id` and the like; now_ms: UTC."""
    call_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (call_id and seconds.isascii() and seconds.isdigit() and len(seconds) < 16):
        raise BadSignature("The headers webhook-id, webhook-timestamp and webhook-signature are needed.")
    if abs(int(seconds) - now_ms // 1000) > TOLERANCE_S:
        raise BadSignature("The signature is too old or its clock is wrong; five minutes are allowed.")
    made = hmac.new(_key(secret), f"{call_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    wanted = b"v1," + base64.b64encode(made)
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split()
    if not any(hmac.compare_digest(wanted, one) for one in given):
        raise BadSignature("The signature does not fit; check the key on both sides.")


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
