"""A port of plain HTTP that does nothing but name the address to use: https, same host, same path."""

from __future__ import annotations

import asyncio
import logging
import re
from http import HTTPStatus

log = logging.getLogger("eyrie.web.redirecting")

PATIENCE = 10.0
"""Seconds for a client to say what it wants."""
LARGEST = 8192
AT_ONCE = 64
_REQUEST = re.compile(rb"[A-Z]{1,16} (/[\x21-\x7e]*) HTTP/1\.[01]\r\n")
_HOST = re.compile(rb"\r\nhost:[ \t]*(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?[ \t]*\r\n", re.IGNORECASE)


async def redirect(host: str, port: int, https_port: int) -> asyncio.Server | None:
    """Listen until closed. None, and a warning, where the port cannot be had: the portal is worth more than this."""
    answering = _Redirect(https_port)
    try:
        return await asyncio.start_server(answering, host, port, limit=LARGEST)
    except OSError as error:
        log.warning(
            "EYRIE_REDIRECT_PORT: cannot listen on port %d (%s); http:// is not redirected.", port, error.strerror
        )
        return None


class _Redirect:
    def __init__(self, https_port: int) -> None:
        self._suffix = "" if https_port == 443 else f":{https_port}"
        self._open = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= AT_ONCE:
                async with asyncio.timeout(PATIENCE):
                    writer.write(self._answer(await reader.readuntil(b"\r\n\r\n")))
                    await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever it is speaks no HTTP
        finally:
            self._open -= 1
            writer.close()

    def _answer(self, request: bytes) -> bytes:
        asked, host = _REQUEST.match(request), _HOST.search(request)
        if asked is None or host is None:
            return _head(HTTPStatus.BAD_REQUEST, "")
        address = f"https://{host[1].decode()}{self._suffix}{asked[1].decode()}"
        return _head(HTTPStatus.PERMANENT_REDIRECT, f"Location: {address}\r\n")


def _head(status: HTTPStatus, more: str) -> bytes:
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
