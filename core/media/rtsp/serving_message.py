"""RTSP requests and responses as the server sees them (RFC 2326 sections 4 to 7 and 10.12)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

MAX_HEAD = 16 * 1024
MAX_BODY = 64 * 1024

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    457: "Invalid Range",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    551: "Option not supported",
    503: "Service Unavailable",
}


class BadRequest(Exception):
    """What arrived is no RTSP request; the connection cannot be trusted any further."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `headers` has lower-case names; `path` is the URL's, without a trailing slash."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The URL's path, decoded, without a slash at its end."""
        return unquote(urlsplit(self.url).path).rstrip("/") or "/"


@dataclass(slots=True)
class Response:
    """One answer; Content-Length is added when there is a body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, sequence: str) -> bytes:
        """The bytes to send, with the request's CSeq."""
        lines = [f"RTSP/1.0 {self.status} {REASONS[self.status]}", f"CSeq: {sequence}", "Server: Eyrie"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Interleaved:
    """A packet of the client's: an RTCP report, or sound that it sends."""

    channel: int
    data: bytes


async def read_request(reader: asyncio.StreamReader) -> Request | Interleaved | None:
    """The next request or interleaved packet; None for a stray line end.

    Raises BadRequest, and asyncio.IncompleteReadError when the peer has closed.
    """
    first = await reader.readexactly(1)
    if first == b"$":
        head = await reader.readexactly(3)
        return Interleaved(head[0], await reader.readexactly(int.from_bytes(head[1:])))
    if first in b"\r\n":  # stray line ends between requests are allowed (RFC 2326 4, by way of RFC 2616 4.1)
        return None
    try:
        head = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise BadRequest("the request's head is too long") from error
    request = _parse_head(head)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY:
        raise BadRequest("the Content-Length is wrong")
    body = await reader.readexactly(int(length))
    return Request(request.method, request.url, request.headers, body)


def _parse_head(head: bytes) -> Request:
    lines = head.decode("utf-8", "replace").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("RTSP/"):
        raise BadRequest("not an RTSP request")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    try:
        urlsplit(words[1])
    except ValueError as error:
        raise BadRequest("not a URL") from error
    return Request(words[0].upper(), words[1], headers)


@dataclass(frozen=True, slots=True)
class TransportOffer:
    """One alternative of a SETUP's Transport header (RFC 2326 12.39). ports: client_port or interleaved channels."""

    tcp: bool
    ports: tuple[int, int] | None


def required(request: Request) -> set[str]:
    """Tags of options that the client insists on (RFC 2326 12.32)."""
    return {tag.strip() for tag in request.headers.get("require", "").split(",") if tag.strip()}


def transport_offers(header: str) -> list[TransportOffer]:
    """The unicast transports a client offers, in its order; what cannot be understood is left out."""
    return [offer for text in header.split(",") if (offer := _offer(text.strip()))]


def _offer(text: str) -> TransportOffer | None:
    parts = [part.strip() for part in text.split(";")]
    profile = parts[0].upper()
    if profile not in ("RTP/AVP", "RTP/AVP/UDP", "RTP/AVP/TCP") or "multicast" in parts:
        return None
    tcp = profile.endswith("/TCP")
    wanted = "interleaved=" if tcp else "client_port="
    value = next((part.removeprefix(wanted) for part in parts if part.startswith(wanted)), "")
    if not value:
        return TransportOffer(True, None) if tcp else None
    first, _, second = value.partition("-")
    if not first.isdigit() or (second and not second.isdigit()):
        return None
    low, high = int(first), int(second or int(first) + 1)
    limit = 255 if tcp else 65535
    return TransportOffer(tcp, (low, high)) if low <= limit and high <= limit else None
