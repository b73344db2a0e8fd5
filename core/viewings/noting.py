"""What is being watched now, in this process's memory: noted by whoever sends media, without a wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from core.media.clock import Clock, SystemClock

Range = tuple[int, int]
"""From when to when of a recording, UTC ms."""
MOST = 10_000
"""Sessions of one process at once: more than a wall of 64 cameras for each of a hundred people."""
MOST_RANGES = 20
"""Ranges of recordings that one session tells; of more, those that lie closest become one."""
log = logging.getLogger("eyrie.viewings")


class Kind(StrEnum):
    """What is watched."""

    LIVE = "live"
    PLAYBACK = "playback"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who watches what. unmasked: what lies under the camera's privacy masks is to be seen."""

    user: str
    address: str
    camera_id: int
    kind: Kind
    unmasked: bool = False


@dataclass(slots=True)
class Session:
    """One subject's viewing. held: streams of it that are open now; row: its id in the database, once it has one."""

    subject: Subject
    begun_ms: int
    seen_ms: int
    held: int = 0
    recorded: list[Range] = field(default_factory=list)
    row: int | None = None


class Watching:
    """A stream that is open: `begin` with its first picture, `end` with the stream. For one thread or task."""

    def __init__(self, noted: Noted, subject: Subject) -> None:
        self._noted = noted
        self._subject = subject
        self._begun = False

    def begin(self) -> None:
        """Media flows; said again, nothing happens."""
        if not self._begun:
            self._begun = True
            self._noted.hold(self._subject, 1)

    def end(self) -> None:
        """The stream is over, whether or not it ever began."""
        if self._begun:
            self._begun = False
            self._noted.hold(self._subject, -1)


class Noted:
    """The sessions of one process."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self._sessions: dict[Subject, Session] = {}
        self._lock = threading.Lock()
        self._full = False

    def watching(self, subject: Subject) -> Watching:
        """A stream that is about to begin."""
        return Watching(self, subject)

    def saw(self, subject: Subject, start_ms: int | None = None, end_ms: int | None = None) -> None:
        """Something was sent: of a recording the range from start_ms to end_ms, else a live picture."""
        with self._lock:
            session = self._session(subject)
            if session is not None and start_ms is not None and end_ms is not None:
                session.recorded = merged([*session.recorded, (start_ms, end_ms)])

    def hold(self, subject: Subject, change: int) -> None:
        """A stream of this subject begins (1) or ends (-1)."""
        with self._lock:
            session = self._session(subject)
            if session is not None:
                session.held = max(session.held + change, 0)

    def sessions(self) -> list[Session]:
        """All of them, those that are held seen until now. A keeper gives them their rows."""
        with self._lock:
            now = self.clock.wall_ms()
            for session in self._sessions.values():
                if session.held:
                    session.seen_ms = max(session.seen_ms, now)
            return list(self._sessions.values())

    def told(self, session: Session, ranges: list[Range], idle_before_ms: int) -> None:
        """It was written down with these ranges: forget it, or have it begin anew where somebody goes on with it."""
        with self._lock:
            session.row = None
            if not session.held and session.seen_ms < idle_before_ms:
                self._sessions.pop(session.subject, None)
            else:
                session.begun_ms = session.seen_ms
                session.recorded = [one for one in session.recorded if one not in ranges]

    def _session(self, subject: Subject) -> Session | None:
        now = self.clock.wall_ms()
        found = self._sessions.get(subject)
        if found is None:
            if len(self._sessions) >= MOST:
                self._complain()
                return None
            found = self._sessions[subject] = Session(subject, now, now)
        found.seen_ms = max(found.seen_ms, now)
        return found

    def _complain(self) -> None:
        if not self._full:
            self._full = True
            log.error("more than %d views at once: those beyond are not in the audit log", MOST)


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that touch or overlap as one; of more than MOST_RANGES the closest ones as well."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    while len(found) > MOST_RANGES:
        at = min(range(len(found) - 1), key=lambda n: found[n + 1][0] - found[n][1])
        found[at : at + 2] = [(found[at][0], found[at + 1][1])]
    return found


noted = Noted()
"""This process's."""
