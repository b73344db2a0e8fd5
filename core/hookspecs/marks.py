"""Hook markers and the failure policy that every hook spec declares."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import pluggy

PROJECT = "eyrie"
F = TypeVar("F", bound=Callable[..., Any])

_spec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Policy(StrEnum):
    """What the host does when one implementation raises."""

    ISOLATE = "isolate"  # count it, show it, drop that plugin's contribution, go on
    FAIL_CLOSED = "fail_closed"  # the answer is a no: access, retention, deletion
    FAIL_FAST = "fail_fast"  # start-up stops with the plugin named


def hookspec(*, policy: Policy = Policy.ISOLATE, added: str = "1.0") -> Callable[[F], F]:
    """Mark a function as a hook spec with its failure policy and the plugin API version that added it."""

    def mark(function: F) -> F:
        function.eyrie_policy = policy  # type: ignore[attr-defined]
        function.eyrie_added = added  # type: ignore[attr-defined]
        return _spec(function)

    return mark
