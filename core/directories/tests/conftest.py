"""A directory on paper, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.access.models import Grant, Role
from core.directories.asking import Asking
from core.directories.models import Directory
from core.directories.services import link
from core.directories.tests.paper import GUARDS, Paper, hooks_of
from core.testing.clock import FakeClock


@pytest.fixture
def paper(register_temporarily: Any, db: None) -> Paper:
    """The kind `paper`, and what stands in it."""
    made = Paper()
    register_temporarily(hooks_of(made), "paper")
    return made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def asked(clock: FakeClock) -> Asking:
    return Asking(clock)


@pytest.fixture
def book(paper: Paper) -> Callable[..., Directory]:
    """Add a directory, whose guards are operators: `book("main")`."""

    def add(slug: str = "main", **values: Any) -> Directory:
        row = Directory.objects.create(
            slug=slug,
            title=slug.capitalize(),
            kind="paper",
            settings={"book": slug},
            position=Directory.objects.count(),
            **values,
        )
        made = link(row, GUARDS, "Guards", actor="test")
        Grant.objects.create(group=made.group, role=Role.objects.get(name="operator"))
        return row

    return add
