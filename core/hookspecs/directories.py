"""Directories: where an organisation keeps its people, their passwords and their groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from core.hookspecs.marks import hookspec


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a directory.

    id: what stays the same when they are renamed, unique in the directory. name: what they sign in with, as the
    directory spells it. groups: ids of all their groups, also of those that they are in through other groups.
    enabled: whether the directory lets them sign in.
    """

    id: str
    name: str
    mail: str = ""
    first_name: str = ""
    last_name: str = ""
    groups: frozenset[str] = frozenset()
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class PeopleGroup:
    """A group in a directory. id: as in `Person.groups`; title: for people; detail: what tells it from its likes."""

    id: str
    title: str
    detail: str = ""


class Refusal(StrEnum):
    """Why a directory lets nobody in."""

    UNKNOWN = "unknown"  # it knows nobody of this name: the next directory is asked
    WRONG = "wrong"  # the password is wrong, expired or locked there: no other directory is asked


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trial. what: its name; sentence: what was found, or what is wrong and what to do."""

    what: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Outcome of trying a directory, up to the first step that failed. person: who was looked for, if found."""

    steps: tuple[Step, ...]
    person: Person | None = None


class DirectoryTrouble(StrEnum):
    """What a failure says about the next try."""

    AWAY = "away"  # it does not answer: everybody waits for it
    REFUSED = "refused"  # it, or its certificate, is not as the settings say: a person has to look


class DirectoryError(Exception):
    """A directory cannot be asked; one sentence for a person: what, why, what to do."""

    def __init__(self, trouble: DirectoryTrouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class DirectorySpec:
    """A kind of directory. What it cannot do is None. Each function gets validated settings, may block for as long as
    the settings' time-outs say, about ten seconds at most, keeps no connection, and raises DirectoryError.

    test: tries the settings step by step; finds the person of that name where one is given.
    sign_in: who has this name and this password. An empty password is refused by the host.
    people: everybody who may sign in. Only what it yields to its end counts: a failure changes nothing.
    groups: up to 50 groups whose name has this text in it.
    entrance: for single sign-on: the path where it begins, for a directory's slug.
    """

    name: str
    title: str
    settings: type[BaseModel]
    test: Callable[[Any, str], Trial]
    sign_in: Callable[[Any, str, str], Person | Refusal] | None = None
    people: Callable[[Any], Iterator[Person]] | None = None
    groups: Callable[[Any, str], list[PeopleGroup]] | None = None
    entrance: Callable[[str], str] | None = None


@hookspec()
def register_directories() -> Iterable[DirectorySpec]:
    """Offer kinds of directories. Called in every process once at start; chosen by the name stored with a directory."""
    raise NotImplementedError
