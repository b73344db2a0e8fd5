"""What was really said between Eyrie and a device, for diagnosis: raw, with secrets masked."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from threading import Lock

_MASK = b"***"
_ELEMENT = re.compile(
    rb"(<(?:[\w.-]+:)?(?:Password|Nonce|PSK|Passphrase|Key|PrivateKey)\b[^>]*>)[^<]*(</)", re.IGNORECASE
)
_DIGEST = re.compile(rb'((?:response|cnonce|nonce)\s*=\s*)("[^"]*"|[^\s,]+)', re.IGNORECASE)
_BASIC = re.compile(rb"(Basic\s+)\S+", re.IGNORECASE)
_URL = re.compile(rb"(\w://[^\s:/@<]*):[^\s/@<]+@")
CLIPPED = 256 * 1024


def masked(data: bytes) -> bytes:
    """Without passwords, keys and whatever a password could be guessed from."""
    data = _ELEMENT.sub(rb"\g<1>" + _MASK + rb"\g<2>", data)
    data = _DIGEST.sub(rb"\g<1>" + _MASK, data)
    data = _BASIC.sub(rb"\g<1>" + _MASK, data)
    return _URL.sub(rb"\g<1>:" + _MASK + b"@", data)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, masked. at_ms: UTC, when it was sent; took_ms; failure: why no answer came."""

    at_ms: int
    took_ms: int
    url: str
    operation: str
    request: bytes
    authorization: str = ""
    status: int = 0
    answer: bytes = b""
    failure: str = ""


class Trace:
    """The newest exchanges of a device. Thread-safe."""

    def __init__(self, most: int = 64) -> None:
        self._kept: deque[Exchange] = deque(maxlen=most)
        self._lock = Lock()

    def add(self, exchange: Exchange) -> None:
        """Keep it, without its secrets."""
        clean = Exchange(
            exchange.at_ms,
            exchange.took_ms,
            masked(exchange.url.encode()).decode(),
            exchange.operation,
            masked(exchange.request[:CLIPPED]),
            masked(exchange.authorization.encode()).decode(),
            exchange.status,
            masked(exchange.answer[:CLIPPED]),
            exchange.failure,
        )
        with self._lock:
            self._kept.append(clean)

    def exchanges(self) -> list[Exchange]:
        """Oldest first."""
        with self._lock:
            return list(self._kept)
