"""A directory that a test writes itself: what real ones do is tested with the plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.access.models import Grant, Role
from core.directories.asking import Asking
from core.directories.models import Directory
from core.directories.services import link
from core.hookspecs.directories import DirectoryError, DirectorySpec, DirectoryTrouble, Person, Refusal, Step, Trial
from core.hookspecs.marks import hookimpl
from core.testing.clock import FakeClock

GUARDS = "cn=guards"
RIGHT = "right horse"


class PaperSettings(BaseModel):
    """Which book."""

    model_config = ConfigDict(extra="forbid")

    book: str = Field("main", title="Book", description="Its name.")


@dataclass
class Paper:
    """People by book and name, and their passwords; asked: how often, by name. away: whether it answers."""

    books: dict[str, dict[str, tuple[Person, str]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    def write(self, called: str, /, password: str = RIGHT, book: str = "main", **person: Any) -> None:
        values = {"id": f"id-{called}", "name": called, "groups": frozenset({GUARDS})} | person
        self.books.setdefault(book, {})[called.lower()] = (Person(**values), password)

    def sign_in(self, settings: PaperSettings, name: str, password: str) -> Person | Refusal:
        self.asked.append((settings.book, name))
        self._reach()
        person, right = self.books.get(settings.book, {}).get(name.lower(), (None, ""))
        if person is None:
            return Refusal.UNKNOWN
        return person if password == right else Refusal.WRONG

    def people(self, settings: PaperSettings) -> Iterator[Person]:
        self._reach()
        for person, _ in self.books.get(settings.book, {}).values():
            yield person

    def test(self, settings: PaperSettings, name: str) -> Trial:
        person = self.books.get(settings.book, {}).get(name, (None, ""))[0]
        return Trial((Step("Open", True, "It is open."),), person)

    def _reach(self) -> None:
        if self.away:
            raise DirectoryError(DirectoryTrouble.AWAY, "The book does not answer.")


@pytest.fixture
def paper(register_temporarily: Any, db: None) -> Paper:
    """The kind `paper`, and what stands in it."""
    made = Paper()

    @hookimpl
    def register_directories() -> list[DirectorySpec]:
        return [DirectorySpec("paper", "Paper", PaperSettings, made.test, made.sign_in, made.people)]

    register_temporarily(SimpleNamespace(__name__="paper_hooks", register_directories=register_directories), "paper")
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
