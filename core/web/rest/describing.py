"""What the OpenAPI document says of endpoints beyond what their code says; put together once somebody wants it.

drf-spectacular makes a class with fourteen methods of each description, as soon as the endpoint is loaded: 2 MB of
memory for a document that most processes never make.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings
from drf_spectacular import utils
from drf_spectacular.generators import SchemaGenerator

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_waiting: list[tuple[Any, dict[str, Any]]] = []
_describing = threading.Lock()


def extend_schema(**said: Any) -> Callable[[Endpoint], Endpoint]:
    """Describe an endpoint, a method or a class. said: what drf-spectacular's decorator of this name takes."""

    def note(endpoint: Endpoint) -> Endpoint:
        _waiting.append((endpoint, said))
        return endpoint

    return note


class Generator(SchemaGenerator):
    """Makes the document, with all that was said by then."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """drf-spectacular's own, after the descriptions, in the order in which they were given."""
        import_module(settings.ROOT_URLCONF)  # and with it each endpoint
        with _describing:
            while _waiting:
                endpoint, said = _waiting.pop(0)
                utils.extend_schema(**said)(endpoint)
        made: Any = super()  # drf-spectacular's methods have no types
        return made.get_schema(request, public)
