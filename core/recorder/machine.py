"""One stream's state machine: when to connect, when to give a session up, how long to wait. Pure: told the time.

It never gives up. How long it waits depends on whose fault it was: an address that refuses costs nothing and is asked
again every half second, so that a camera that returns is recorded within a second; a camera that says the password
is wrong is left alone for longer and longer, because many lock an account after a few tries. One that does not know a
path which it has served, or which was only just entered, is starting up more likely than not, and asked as often.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

from core.media.source import Fault, SourceError
from core.recorder.protocol import CameraState

STALL = 3.0
"""Seconds without a picture after which a session is given up."""
FIRST_PICTURE = 10.0
"""Seconds a new session has to show its first picture."""
OVERLAP = 0.75
"""A camera lost in silence is tried afresh this often, beside the try that is still waiting: the kernel repeats an
unanswered SYN after 1, 2, 4 … seconds, which alone would miss the camera's return by that much."""
ANSWER = 15.0
"""Seconds a source has to tell its tracks or fail; sources have shorter deadlines of their own."""
STEADY = 10.0
"""Seconds of pictures after which the waits begin anew."""
HOPE = 300.0
"""Seconds after `enable` during which a path that is not found is asked for as often as one that has worked."""
STARTING = 15.0
"""Seconds after `enable` during which a camera that was never seen may just be starting, as we are."""

QUICK = (0.1, 0.5)
GROWING = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
KNOWN_GOOD = (0.1, 0.5, 1.0)
PASSWORD = (10.0, 30.0, 60.0, 120.0, 300.0)
JITTER = 0.2

_QUICK_FAULTS = (Fault.PORT, Fault.ADDRESS, Fault.TIMEOUT, Fault.CLOSED, Fault.ENDED)
_SILENT_FAULTS = (Fault.ADDRESS, Fault.TIMEOUT)


class Do(Enum):
    """What the machine wants done now."""

    NOTHING = "nothing"
    CONNECT = "connect"  # drop whatever there is and begin one session
    OVERLAP = "overlap"  # begin another session beside the first one, in place of an earlier such one
    DISCONNECT = "disconnect"


@dataclass(slots=True)
class Machine:
    """State of reaching one stream. All `now` are monotonic seconds.

    state, fault and message are what people see: a camera in trouble stays `backing_off`, `stalled` or `auth_failed`
    through all tries, until it shows a picture again.
    """

    random: random.Random
    state: CameraState = CameraState.DISABLED
    message: str = ""
    fault: Fault | None = None
    _trying: bool = False  # a session is under way
    _opened: bool = False  # it has told its tracks
    _begun: float = 0.0  # when the first of the tries under way began
    _due: float = 0.0  # when `tick` has something to do, unless streaming
    _failures: int = 0  # since the last steady pictures
    _refusals: int = 0  # of the password, likewise
    _wanted: float = 0.0  # when `enable` was called
    _worked: bool = False  # these settings have shown pictures
    _silent: bool = False  # the camera was lost without a word, or does not answer
    _since: float = 0.0  # begin of this session's pictures
    _last: float = 0.0  # newest picture

    def enable(self, now: float) -> Do:
        """Begin to want the stream."""
        self._wanted = now
        self._enter(CameraState.CONNECTING, None, "")
        return self._connect(now)

    def disable(self) -> Do:
        """Want it no longer."""
        self._enter(CameraState.DISABLED, None, "")
        return Do.DISCONNECT

    def opened(self, now: float) -> None:
        """A session has told its tracks: other tries are not needed; its first picture is awaited."""
        if self._trying and not self._opened:
            self._opened, self._due = True, now + FIRST_PICTURE

    def picture(self, now: float) -> None:
        """Pictures have arrived."""
        self._last = now
        if self.state is not CameraState.STREAMING:
            self._since, self._worked, self._silent = now, True, False
            self._enter(CameraState.STREAMING, None, "")
        elif self._failures and now - self._since > STEADY:
            self._failures = self._refusals = 0

    def ended(self, error: SourceError, now: float) -> Do:
        """The session has failed."""
        self._silent = error.fault in _SILENT_FAULTS
        waits = self._waits(error.fault, now)
        refused = error.fault is Fault.CREDENTIALS
        # A restarting camera closes connections, then refuses for a moment: that is the first refusal, not the tenth.
        wait = waits[min(self._refusals if refused else self._failures, len(waits) - 1)]
        self._failures += 1
        self._refusals += refused
        self._trying, self._due = False, now + wait * (1 + JITTER * (2 * self.random.random() - 1))
        self._enter(CameraState.AUTH_FAILED if refused else CameraState.BACKING_OFF, error.fault, error.message)
        return Do.DISCONNECT

    def tick(self, now: float) -> Do:
        """Time has passed."""
        if self.state is CameraState.STREAMING:
            return self._stalled(now) if now - self._last > STALL else Do.NOTHING
        if self.state is CameraState.DISABLED or now < self._due:
            return Do.NOTHING
        if not self._trying:
            return self._connect(now)
        if self._opened:
            return self.ended(SourceError(Fault.TIMEOUT, "The camera answers but sends no picture."), now)
        if now - self._begun > ANSWER:
            return self.ended(SourceError(Fault.TIMEOUT, "The camera does not answer."), now)
        self._due = now + OVERLAP
        return Do.OVERLAP if self._silent else Do.NOTHING

    def starting(self, now: float) -> bool:
        """Whether its trouble may be no more than that we were here first."""
        return not self._worked and self.fault in _QUICK_FAULTS and now - self._wanted < STARTING

    @property
    def calm(self) -> bool:
        """Nothing falls due but the watch on pictures, which takes seconds."""
        return self.state in (CameraState.STREAMING, CameraState.DISABLED)

    def retry_in_ms(self, now: float) -> int:
        """Milliseconds until the next try; 0 while one is under way or none is needed."""
        waiting = not self._trying and self.state in (CameraState.BACKING_OFF, CameraState.AUTH_FAILED)
        return max(0, int((self._due - now) * 1000)) if waiting else 0

    def _connect(self, now: float) -> Do:
        self._trying, self._opened = True, False
        self._begun, self._due = now, now + OVERLAP
        return Do.CONNECT

    def _stalled(self, now: float) -> Do:
        self._silent = True
        self._enter(CameraState.STALLED, Fault.TIMEOUT, f"No picture for {STALL:g} s; connecting anew.")
        return self._connect(now)

    def _waits(self, fault: Fault, now: float) -> tuple[float, ...]:
        if fault is Fault.CREDENTIALS:
            return PASSWORD
        starting_up = fault is Fault.PATH and (self._worked or now - self._wanted < HOPE)
        if fault in _QUICK_FAULTS or starting_up:
            return QUICK
        return KNOWN_GOOD if self._worked else GROWING

    def _enter(self, state: CameraState, fault: Fault | None, message: str) -> None:
        self.state, self.fault, self.message = state, fault, message
