"""Byte ranges over HTTP (RFC 9110 section 14) for sources of any size, in flat memory, under ASGI.

Django's FileResponse knows no ranges and is read whole into memory under ASGI.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from typing import Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.IGNORECASE)
_MAX_DIGITS = 19


class ByteSource(Protocol):
    """Something of a known size that yields its bytes from any place."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def chunks(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes [start, end) piece by piece."""


class ThreadedSource:
    """A ByteSource over blocking reads: each chunk is fetched in an executor when the client has taken the last.

    open_chunks: makes the blocking iterator of the bytes [start, end). executor: the event loop's own when None.
    """

    def __init__(
        self, size: int, open_chunks: Callable[[int, int], Iterator[bytes]], executor: Executor | None = None
    ) -> None:
        self._size, self._open, self._executor = size, open_chunks, executor

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self._size

    async def chunks(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes [start, end). What the iterator raises ends the response."""
        loop = asyncio.get_running_loop()
        blocking = self._open(start, end)
        while (chunk := await loop.run_in_executor(self._executor, next, blocking, None)) is not None:
            yield chunk


class BytesSource:
    """A ByteSource of bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self._data)

    async def chunks(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes [start, end) at once."""
        yield self._data[start:end]


class RangeNotSatisfiable(Exception):
    """The asked range lies outside the content: the answer is 416."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The first and the one-past-last byte that a Range header asks for; None when the whole is to be sent.

    A header that is malformed, of another unit or asks for several ranges is ignored, as RFC 9110 section 14.2 allows.
    Raises RangeNotSatisfiable.
    """
    match = _RANGE.fullmatch(header)
    if match is None or len(header) > 2 * _MAX_DIGITS + 10:
        return None
    first, last = match.groups()
    if not first:
        return _suffix(last, size)
    start = int(first)
    end = int(last) + 1 if last else size
    if end <= start and last:
        return None
    if start >= size:
        raise RangeNotSatisfiable
    return start, min(end, size)


def _suffix(length: str, size: int) -> tuple[int, int] | None:
    if not length:
        return None
    if int(length) == 0 or size == 0:
        raise RangeNotSatisfiable
    return max(size - int(length), 0), size


def range_response(
    request: HttpRequest,
    source: ByteSource,
    *,
    content_type: str,
    etag: str = "",
    filename: str = "",
    download: bool = False,
) -> HttpResponseBase:
    """200, 206, 304 or 416 for GET and HEAD of a source.

    etag: opaque tag of exactly these bytes, without quotes; without it If-Range never matches, so a client that asks
    conditionally gets the whole. filename: the name to save under; download: save rather than show.
    """
    quoted = f'"{etag}"' if etag else ""
    if quoted and _none_match(request, quoted):
        return _finish(HttpResponse(status=304), quoted, "", False)
    try:
        span = _asked(request, source.size, quoted)
    except RangeNotSatisfiable:
        refusal = HttpResponse(status=416, headers={"Content-Range": f"bytes */{source.size}"})
        return _finish(refusal, quoted, "", False)
    start, end = span or (0, source.size)
    response = _body(request, source, start, end, content_type)
    response.headers["Content-Length"] = str(end - start)
    if span is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{source.size}"
    return _finish(response, quoted, filename, download)


def _body(request: HttpRequest, source: ByteSource, start: int, end: int, content_type: str) -> HttpResponseBase:
    if request.method == "HEAD" or start == end:
        return HttpResponse(content_type=content_type)
    return StreamingHttpResponse(source.chunks(start, end), content_type=content_type)


def _finish(response: HttpResponseBase, etag: str, filename: str, download: bool) -> HttpResponseBase:
    response.headers["Accept-Ranges"] = "bytes"
    if etag:
        response.headers["ETag"] = etag
    disposition = content_disposition_header(download, filename)
    if disposition:
        response.headers["Content-Disposition"] = disposition
    return response


def _none_match(request: HttpRequest, etag: str) -> bool:
    """If-None-Match (RFC 9110 section 13.1.2), compared weakly."""
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in asked or asked == ["*"]


def _asked(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The range to send. If-Range (section 13.1.5) holds only for the very same strong tag; dates never match."""
    header = request.headers.get("Range", "")
    condition = request.headers.get("If-Range")
    if not header or (condition is not None and condition.strip() != etag):
        return None
    return parse_range(header, size)
