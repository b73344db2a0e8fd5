"""What the chain is made of, byte by byte, so that any program can check it.

JSON is canonical as in RFC 8785: keys in order, no white space, UTF-8; only numbers with a fraction are written as
Python does. `content` is the SHA-256 of an entry's JSON without its id; a link's `digest` is the SHA-256 of the digest
before it (32 bytes) and of the JSON of the link: its content in hex, the entry's id, when it was linked, its number.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from core.api import AuditEntry


def canonical(value: Any) -> bytes:
    """The one way to write a value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def fields(entry: AuditEntry) -> dict[str, Any]:
    """What an entry says."""
    return {
        "action": entry.action,
        "actor": entry.actor,
        "address": entry.address,
        "at_ms": entry.at_ms,
        "detail": entry.detail,
        "target": entry.target,
    }


def content_of(said: dict[str, Any]) -> bytes:
    """The hash of what an entry says (`fields`), 32 bytes."""
    return hashlib.sha256(canonical(said)).digest()


def origin(log: str) -> bytes:
    """The digest before the first link of a log."""
    return hashlib.sha256(b"eyrie audit log " + log.encode()).digest()


def digest_of(before: bytes, number: int, entry_id: int, linked_ms: int, content: bytes) -> bytes:
    """A link's digest, 32 bytes."""
    link = {"content": content.hex(), "entry": entry_id, "linked_ms": linked_ms, "number": number}
    return hashlib.sha256(before + canonical(link)).digest()
