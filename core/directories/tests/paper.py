"""A directory that a test writes itself: what real ones do is tested with the plugins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.hookspecs.directories import (
    DirectoryError,
    DirectorySpec,
    DirectoryTrouble,
    PeopleGroup,
    Person,
    Refusal,
    Step,
    Trial,
)
from core.hookspecs.marks import hookimpl

GUARDS = "cn=guards"
RIGHT = "right horse"


class PaperSettings(BaseModel):
    """Which book."""

    model_config = ConfigDict(extra="forbid")

    book: str = Field("main", title="Book", description="Its name.")
    key: SecretStr = Field(SecretStr(""), title="Key", description="Opens it.")


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


def hooks_of(paper: Paper) -> SimpleNamespace:
    """Hooks of a plugin that offers it."""

    def groups(settings: PaperSettings, text: str) -> list[PeopleGroup]:
        paper._reach()
        return [PeopleGroup(GUARDS, "Guards", "all of them")] if text in "guards" else []

    @hookimpl
    def register_directories() -> list[DirectorySpec]:
        return [DirectorySpec("paper", "Paper", PaperSettings, paper.test, paper.sign_in, paper.people, groups)]

    return SimpleNamespace(__name__="paper_hooks", register_directories=register_directories)
