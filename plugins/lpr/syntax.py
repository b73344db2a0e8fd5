"""What plates of chosen regions may say: the patterns of `regions/*.toml` as one tree of character classes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABET = DIGITS + LETTERS
SHORTEST_FREE, LONGEST_FREE = 4, 8
FREE = 2.0
"""What a text of no pattern is thought less likely by, in nats."""
_ITEM = re.compile(r"([LDA])(?:\{(\d)(?:,(\d))?\})?")


@dataclass(frozen=True, slots=True)
class Region:
    """Where plates of a kind come from. code: such as DE or US-CA; group: eu, us, br; forms: for each place of a plate
    the characters that may stand there.
    """

    code: str
    title: str
    group: str
    forms: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree. parent: its place in the list, -1 for the first character; allowed: what may stand here;
    ends: whether a plate may end here, and how much less likely that is, in nats; None when it may not.
    """

    parent: int
    allowed: str
    ends: float | None


@cache
def regions() -> dict[str, Region]:
    """All regions by code."""
    found = {}
    for file in files("plugins.lpr.regions").iterdir():
        if file.name.endswith(".toml"):
            for code, said in tomllib.loads(file.read_text("utf-8")).items():
                group = file.name.removesuffix(".toml")
                forms = _forms(said["patterns"], said.get("without", ""), said.get("longest", len(ALPHABET)))
                found[code] = Region(code, said["title"], group, frozenset(forms))
    return dict(sorted(found.items()))


def chosen(codes: Iterable[str]) -> tuple[Region, ...]:
    """The regions that codes or groups name, each once. Raises ValueError for a name that is none."""
    known = regions()
    picked: dict[str, Region] = {}
    groups = {region.group.upper() for region in known.values()}
    for code in codes:
        asked = code.strip().upper()
        if asked not in known and asked not in groups:
            raise ValueError(f"There is no region {code!r}; choose of {', '.join(sorted(groups | set(known)))}.")
        picked |= {one.code: one for one in known.values() if asked in (one.code, one.group.upper())}
    return tuple(picked.values())


def tree(of: Iterable[Region], free: float = FREE) -> list[Node]:
    """The tree of all forms, and of texts of no form with 4 to 8 characters; parents before their children."""
    forms: dict[tuple[str, ...], float] = {
        (ALPHABET,) * length: free for length in range(SHORTEST_FREE, LONGEST_FREE + 1)
    }
    for region in of:
        forms |= dict.fromkeys(region.forms, 0.0)
    places: dict[tuple[str, ...], int] = {}
    nodes: list[Node] = []
    for form in sorted(forms, key=len):
        for length in range(1, len(form) + 1):
            start = form[:length]
            if start not in places:
                places[start] = len(nodes)
                nodes.append(Node(places.get(start[:-1], -1), start[-1], forms.get(start)))
    return nodes


def region_of(text: str, of: Iterable[Region]) -> str:
    """The code of the region whose form a text has; its group's when several of one group fit; else empty."""
    fitting = [region for region in of if any(_fits(text, form) for form in region.forms)]
    if len(fitting) == 1:
        return fitting[0].code
    groups = {region.group.upper() for region in fitting}
    return groups.pop() if len(groups) == 1 else ""


def _fits(text: str, form: tuple[str, ...]) -> bool:
    return len(text) == len(form) and all(char in allowed for char, allowed in zip(text, form, strict=True))


def _forms(patterns: Iterable[str], without: str, longest: int) -> Iterator[tuple[str, ...]]:
    letters = "".join(letter for letter in LETTERS if letter not in without)
    classes = {"L": letters, "D": DIGITS, "A": DIGITS + letters}
    for pattern in patterns:
        for kinds in _spelled(pattern):
            if SHORTEST_FREE <= len(kinds) <= longest:
                yield tuple(classes[kind] for kind in kinds)


def _spelled(pattern: str) -> Iterator[str]:
    """`L{1,2}D` as `LD` and `LLD`."""
    items = [
        [kind * count for count in range(int(least or 1), int(most or least or 1) + 1)]
        for kind, least, most in _ITEM.findall(pattern)
    ]
    return ("".join(parts) for parts in product(*items))
