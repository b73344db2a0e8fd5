"""RTSP messages as bytes and back (RFC 2326 sections 4-7). Shared by the client and whoever answers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

VERSION = "RTSP/1.0"
MAX_HEAD = 16 * 1024
MAX_BODY = 256 * 1024


class MessageError(ValueError):
    """Bytes that are no RTSP message; the text says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in the order sent. Names compare without case; a field may occur several times."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        wanted = name.lower()
        return [value for key, value in self.fields if key.lower() == wanted]

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next(iter(self.all(name)), default)

    def content_length(self) -> int:
        """Bytes of the body. Raises MessageError when it is no sane number."""
        value = self.get("Content-Length", "0").strip()
        if not value.isdigit() or int(value) > MAX_BODY:
            raise MessageError(f"a Content-Length of {value[:20]!r}")
        return int(value)


@dataclass(frozen=True, slots=True)
class Request:
    """An RTSP request, from either side."""

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An RTSP response."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300


def _head(first: str, fields: Iterable[tuple[str, str]], body: bytes) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in fields)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def encode_request(method: str, url: str, fields: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """A request ready to send; Content-Length is added when there is a body."""
    return _head(f"{method} {url} {VERSION}", fields, body)


def encode_response(status: int, reason: str, fields: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """A response ready to send; Content-Length is added when there is a body."""
    return _head(f"{VERSION} {status} {reason}", fields, body)


def parse_head(head: bytes) -> Request | Response:
    """The start line and header fields of a message, without its body. Raises MessageError."""
    lines = head.decode("utf-8", "replace").split("\n")
    first, fields = lines[0].strip(), tuple(_fields(lines[1:]))
    words = first.split(None, 2)
    if len(words) >= 2 and words[0].startswith("RTSP/") and words[1].isdigit():
        return Response(int(words[1]), words[2] if len(words) > 2 else "", Headers(fields))
    if len(words) == 3 and words[2].startswith("RTSP/") and words[0].isupper():
        return Request(words[0], words[1], Headers(fields))
    raise MessageError(f"no RTSP start line but {first[:40]!r}")


def _fields(lines: list[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()
