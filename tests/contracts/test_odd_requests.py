"""Odd requests, made from the OpenAPI schema, never break the server: what cannot be done is answered in a sentence.

An administrator asks, and what a request changed is undone before the next. `make test-slow` asks much more often.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.cache import cache
from django.db import connections, transaction
from django.test import Client

from core.access import services, tokens
from core.cameras.models import Camera, CameraGroup
from core.web.rest.describing import Generator

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.timeout(600)]
LEFT_OUT = {
    "/api/v1/cameras/discover/": "asks the network",
    "/api/v1/volumes/": "makes folders wherever it is told to",
    "/api/v1/volumes/probe/": "writes a file wherever it is told to",
    "/api/v1/system/configuration/backup/": "a passphrase is stretched for a second",
    "/api/v1/auth/logout/": "ends what the others need",
}
BROKEN = 500
EVERY = 6
"""Each time one operation in so many is asked, all of them in slow rounds."""


@pytest.fixture(scope="module")
def operations() -> list[Any]:
    """All operations of the schema as somebody outside reads it."""
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(Generator().get_schema(request=None, public=True))))
    found = [one.ok() for one in schema.get_all_operations()]
    assert len(found) > 150
    return [one for one in found if one.path not in LEFT_OUT]


@pytest.fixture
def client() -> Client:
    """An administrator with a token, and something to ask about."""
    camera = Camera.objects.create(id=1, name="door", driver="rtsp", settings={"url": "rtsp://127.0.0.1:1/none"})
    CameraGroup.objects.create(id=1, name="outside").cameras.add(camera)
    user = services.add_user("root", "a long enough password", ["administrator"])
    secret = tokens.issue(user, "odd").secret
    return Client(headers={"authorization": f"Token {secret}"}, raise_request_exception=False)


def asked(client: Client, case: Any) -> tuple[str, int, bytes]:
    """What a request comes to; nothing of it stays."""
    cache.clear()
    named: dict[str, Any] = {}
    if case.method in ("POST", "PUT", "PATCH", "DELETE"):
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool | None) else None
        named = {"data": json.dumps(body), "content_type": "application/json"}
    query = {name: value for name, value in (case.query or {}).items() if _can_be_sent(value)}
    with Undone():
        answer = client.generic(case.method, case.formatted_path, **named, query_params=query)
        content = b"" if answer.streaming else answer.content
    return f"{case.method} {case.formatted_path} {query} {named.get('data', '')[:300]}", answer.status_code, content


def _can_be_sent(value: Any) -> bool:
    try:
        json.dumps(value).encode().decode("ascii")
    except (TypeError, ValueError):
        return False
    return value is not None


class Undone:
    """A transaction on each database that is never kept."""

    def __enter__(self) -> None:
        self._blocks = [transaction.atomic(using=alias) for alias in connections]
        for block in self._blocks:
            block.__enter__()

    def __exit__(self, *raised: Any) -> None:
        for alias, block in zip(reversed(list(connections)), reversed(self._blocks), strict=True):
            transaction.set_rollback(True, using=alias)
            block.__exit__(None, None, None)


def tried(client: Client, operations: list[Any], examples: int) -> Iterator[str]:
    """What broke, one line an operation."""
    for operation in operations:
        yield from broken_by(client, operation, examples)[:1]


def broken_by(client: Client, operation: Any, examples: int) -> list[str]:
    """The requests of one operation that broke the server."""
    found: list[str] = []

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples < 10,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def once(case: Any) -> None:
        told, status, content = asked(client, case)
        if status == BROKEN:
            found.append(f"{told} -> {content[:300]!r}")

    once()
    return found


def test_odd_requests_are_answered(client: Client, operations: list[Any]) -> None:
    assert list(tried(client, operations[::EVERY], 3)) == []


@pytest.mark.slow
def test_many_odd_requests_are_answered(client: Client, operations: list[Any]) -> None:
    assert list(tried(client, operations, 40)) == []
