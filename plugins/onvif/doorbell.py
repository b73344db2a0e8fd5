"""Asking at many doors at once whether an ONVIF device is there, without credentials and without threads."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

from plugins.onvif.client.address import Address
from plugins.onvif.client.envelope import element, envelope, serialised
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, answer_of, content_of, name_of
from plugins.onvif.client.wsdl import NAMESPACES

PATIENCE_S = 1.0
_READING_S = 2.0
_MOST_BYTES = 64 * 1024


async def ring(address: Address) -> bool:
    """Whether something that speaks ONVIF is there."""
    try:
        answer = await _ask(address, "GetSystemDateAndTime")
    except OnvifError as error:
        return error.kind == "fault" or bool(error.codes)
    return answer is not None and name_of(answer) == "GetSystemDateAndTimeResponse"


async def said_of_itself(address: Address) -> Element | None:
    """Its GetDeviceInformationResponse, which few give to strangers."""
    try:
        return await _ask(address, "GetDeviceInformation")
    except OnvifError:
        return None


async def _ask(address: Address, operation: str) -> Element | None:
    """The answer; None when nobody answers by HTTP. Raises OnvifError for what is no answer."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(address.host, address.port, ssl=_context(address))
    except (OSError, TimeoutError, ValueError):
        return None
    try:
        writer.write(_request(address, operation))
        status, body = await _read(reader)
    except (OSError, ValueError):
        return None
    finally:
        writer.close()
    return content_of(answer_of(body, status))


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and what follows the headers; chunks are left as they are, which a lenient parser forgives."""
    data = b""
    with contextlib.suppress(TimeoutError):  # what has come by then is enough
        async with asyncio.timeout(_READING_S):
            while len(data) < _MOST_BYTES and b":Envelope>" not in data[-40:]:
                more = await reader.read(_MOST_BYTES)
                if not more:
                    break
                data += more
    head, _, body = data.partition(b"\r\n\r\n")
    words = head[:64].split(None, 2)
    return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/1") else 0, body


def _request(address: Address, operation: str) -> bytes:
    namespace = NAMESPACES["device"]
    body = serialised(envelope(element(namespace, operation)))
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: {address.authority}\r\nConnection: close\r\n"
        f'Content-Type: application/soap+xml; charset=utf-8; action="{namespace}/{operation}"\r\n'
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _context(address: Address) -> ssl.SSLContext | None:
    """Whoever it is may say so: nothing secret is sent."""
    if not address.tls:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
