"""Byte ranges, through Django's own ASGI path."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import AsyncRequestFactory

from core.web.ranges import BytesSource, RangeNotSatisfiable, ThreadedSource, parse_range, range_response

DATA = bytes(range(256)) * 40


async def answer(method: str = "GET", source: object = None, **headers: str) -> tuple[HttpResponseBase, bytes]:
    request = AsyncRequestFactory().generic(method, "/video.mp4", headers=headers)
    response = range_response(request, source or BytesSource(DATA), content_type="video/mp4", etag="abc")
    if isinstance(response, StreamingHttpResponse):
        return response, b"".join([chunk async for chunk in response])
    return response, response.content


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-", (0, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=990-5000", (990, 1000)),
        ("bytes=-100", (900, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("BYTES=1-2", (1, 3)),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_parses_what_a_client_may_ask(header: str, span: tuple[int, int] | None) -> None:
    assert parse_range(header, 1000) == span


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_a_range_outside_is_not_satisfiable(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        parse_range(header, 1000)


async def test_the_whole_without_a_range() -> None:
    response, body = await answer()
    assert (response.status_code, body) == (200, DATA)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(DATA))


@pytest.mark.parametrize("header", ["bytes=5-99", "bytes=-7", "bytes=10000-"])
async def test_a_part(header: str) -> None:
    start, end = parse_range(header, len(DATA)) or (0, 0)
    response, body = await answer(Range=header)
    assert (response.status_code, body) == (206, DATA[start:end])
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{len(DATA)}"
    assert response["Content-Length"] == str(end - start)


async def test_outside_says_how_long_it_is() -> None:
    response, body = await answer(Range="bytes=99999-")
    assert (response.status_code, body, response["Content-Range"]) == (416, b"", f"bytes */{len(DATA)}")


async def test_head_has_the_headers_only() -> None:
    response, body = await answer("HEAD", Range="bytes=0-9")
    assert (response.status_code, body, response["Content-Length"]) == (206, b"", "10")


@pytest.mark.parametrize(
    ("tag", "status"), [('"abc"', 206), ('"other"', 200), ('W/"abc"', 200), ("Tue, 01 Jan 2030 00:00:00 GMT", 200)]
)
async def test_if_range_needs_the_same_content(tag: str, status: int) -> None:
    response, _ = await answer(Range="bytes=0-9", **{"If-Range": tag})
    assert response.status_code == status


async def test_unchanged_content_is_not_sent_again() -> None:
    response, body = await answer(**{"If-None-Match": 'W/"x", "abc"'})
    assert (response.status_code, body) == (304, b"")


async def test_chunks_are_read_off_the_loop_and_only_when_wanted() -> None:
    reads: list[int] = []
    threads: set[int] = set()

    def open_chunks(start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, 1000):
            reads.append(at)
            threads.add(threading.get_ident())
            yield DATA[at : min(at + 1000, end)]

    source = ThreadedSource(len(DATA), open_chunks)
    response, body = await answer(source=source, Range="bytes=500-4999")
    assert (response.status_code, body) == (206, DATA[500:5000])
    assert threading.get_ident() not in threads
    reads.clear()
    chunks = source.chunks(0, len(DATA))
    assert await anext(chunks) == DATA[:1000]
    await chunks.aclose()
    assert reads == [0]


async def test_a_client_that_leaves_during_a_read_leaves_nothing_behind() -> None:
    reading, go_on = threading.Event(), threading.Event()

    def open_chunks(start: int, end: int) -> Iterator[bytes]:
        reading.set()
        go_on.wait(10)
        yield DATA

    chunks = ThreadedSource(len(DATA), open_chunks).chunks(0, len(DATA))
    task = asyncio.ensure_future(anext(chunks))
    await asyncio.to_thread(reading.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await chunks.aclose()
    go_on.set()
