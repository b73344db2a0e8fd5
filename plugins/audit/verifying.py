"""Walks along a chain and says what is wrong with it. Of databases and files it knows nothing: others feed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.audit.canonical import content_of, digest_of
from plugins.audit.signing import Signed, fingerprint

MOST = 10
"""Findings; after so many the rest says nothing new."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A link and what the entry says now. said: None where the entry is gone."""

    number: int
    entry_id: int
    linked_ms: int
    content: bytes
    digest: bytes
    said: dict[str, Any] | None


@dataclass(slots=True)
class Walk:
    """Along a chain from link `number` + 1 on. digest: of the link before; keys: public ones that are trusted, 32 bytes
    each; find: number of a link by its content, None where there is none.
    """

    log: str
    number: int
    digest: bytes
    keys: Sequence[bytes]
    find: Callable[[bytes], int | None] = lambda content: None
    findings: list[str] = field(default_factory=list)
    entries: int = 0
    checkpoints: int = 0
    covered: int = 0
    """The last number that a good signature speaks of."""

    @property
    def enough(self) -> bool:
        """Whether there are so many findings that more say nothing."""
        return len(self.findings) >= MOST

    def step(self, link: Linked) -> None:
        """The next link as it is stored."""
        if link.number != self.number + 1:
            gone = link.number - self.number - 1
            what = f"entry {self.number + 1} is missing" if gone == 1 else f"{gone} entries are missing"
            after = "" if gone == 1 else f", from {self.number + 1} to {link.number - 1}"
            self.findings.append(f"{what}{after}.")
        else:
            self._check_digest(link)
        self._check_entry(link)
        self.number, self.digest = link.number, link.digest
        self.entries += 1

    def alone(self, link: Linked) -> None:
        """A link of which nothing before it is at hand: only its entry can be looked at."""
        self._check_entry(link)
        self.number = link.number
        self.entries += 1

    def signed(self, signed: Signed, what: str = "the checkpoint") -> None:
        """A statement on the link that was stepped on last."""
        said = signed.said()
        if wrong := self._untrusted(signed, said):
            self.findings.append(f"{what} at entry {self.number} {wrong}.")
        elif said.get("digest") != self.digest.hex():
            since = f"one or more of the entries {self.covered + 1} to {self.number} were rewritten"
            self.findings.append(f"{what} at entry {self.number} was signed over another chain: {since}.")
        else:
            self.checkpoints += 1
            self.covered = self.number

    def end(self, signed: Signed, what: str) -> None:
        """A statement on where the chain ends."""
        said = signed.said()
        number = said.get("number")
        if wrong := self._untrusted(signed, said):
            self.findings.append(f"{what} {wrong}.")
        elif isinstance(number, int) and number > self.number:
            gone = number - self.number
            last = "the newest entry is" if gone == 1 else f"the newest {gone} entries are"
            self.findings.append(f"{last} missing: the log ends at {self.number}, and {number} were signed ({what}).")
        elif number == self.number:
            self.signed(signed, what)

    def _check_digest(self, link: Linked) -> None:
        made = digest_of(self.digest, link.number, link.entry_id, link.linked_ms, link.content)
        if made != link.digest:
            self.findings.append(f"the chain breaks at entry {link.number}: it does not follow from the one before it.")

    def _check_entry(self, link: Linked) -> None:
        which = f"entry {link.number} (id {link.entry_id})"
        if link.said is None:
            self.findings.append(f"{which} is missing: its place in the chain is there.")
            return
        content = content_of(link.said)
        if content == link.content:
            return
        other = self.find(content)
        if other is not None:
            self.findings.append(f"{which} was reordered: it says what entry {other} said.")
        else:
            self.findings.append(f"{which} was altered: it does not say what it said when it was linked.")

    def _untrusted(self, signed: Signed, said: dict[str, Any]) -> str:
        """Why a statement counts for nothing, as the end of a sentence; empty when it counts."""
        if any(signed.is_by(key) for key in self.keys):
            return "" if said.get("log") == self.log else "is of another log"
        key = said.get("key", "")
        if key and key not in [fingerprint(one) for one in self.keys]:
            return f"was signed by a key that is not trusted here ({key})"
        return "is forged: its signature does not fit"
