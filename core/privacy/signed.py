"""A statement that nobody can alter unseen: its canonical JSON, signed with the key that signs exports."""

from __future__ import annotations

import json
from typing import Any

from core.exports.signing import Signer


def canonical(statement: dict[str, Any]) -> bytes:
    """What is signed: JSON with sorted keys and without spaces, UTF-8."""
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(statement: dict[str, Any], signer: Signer) -> dict[str, Any]:
    """The statement with its signature (Ed25519, RFC 8032; base64) and the public key that it is of."""
    return {
        "statement": statement,
        "signature": signer.sign(canonical(statement)).decode(),
        "public_key": signer.public_base64,
        "fingerprint": signer.fingerprint,
    }
