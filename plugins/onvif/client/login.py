"""How one device wants to be told who asks: learnt once, and never so often that the device locks the user.

First nothing is sent; a challenge is answered by HTTP digest, any other refusal by a user name token (ONVIF Core,
5.9). A wrong password costs one try, three where it was right before, and is then not tried for a while
(plugins.onvif.client.patience): devices lock a user after three to seven.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from core.api.outgoing import Authenticator, only_stale
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.patience import Patience

_NEXT_CHALLENGE = re.compile(r",\s*(?=(?:Digest|Basic)\s)", re.IGNORECASE)
_LOCKED = re.compile(rb"\blocked\b|<lockStatus>\s*lock", re.IGNORECASE)


class Way(StrEnum):
    """How credentials are sent."""

    NONE = "none"
    DIGEST = "HTTP digest"
    TOKEN = "user name token"  # noqa: S105, a way and no secret
    BASIC = "HTTP basic"


@dataclass(frozen=True, slots=True)
class Dress:
    """What one request wears. fresh: its digest answers a challenge that no request has answered before."""

    way: Way
    authorization: str = ""
    fresh: bool = True


class Login:
    """One user of one device. Thread-safe."""

    def __init__(self, user: str, password: str, patience: Patience) -> None:
        self.user = user
        self.password = password
        self.way = Way.NONE
        self._patience = patience
        self._lock = threading.RLock()
        self._http = Authenticator(user, password)
        self._answered = 0  # requests that have answered the newest challenge
        self._proven = False

    @property
    def proven(self) -> bool:
        """Whether the device has accepted these credentials."""
        return self._proven

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Around an exchange: one at a time until it is known how. Raises OnvifError while it has to wait."""
        if self._proven:
            self.check()
            yield
            return
        with self._patience.turn():
            self.check()
            yield

    def check(self) -> None:
        """Raises OnvifError while it has to wait, also after what another process was told."""
        wait = self._patience.wait()
        if wait > 0:
            self._forget()
            raise OnvifError(
                "auth",
                f"The device refused user name and password; Eyrie waits {wait:.0f} s before it tries again, "
                "so that the device does not lock the user.",
            )

    def dress(self, method: str, target: str) -> Dress:
        """What the next request wears."""
        with self._lock:
            if self.way in (Way.DIGEST, Way.BASIC):
                header = self._http.header(method, target) or ""
                self._answered += 1
                return Dress(self.way, header, fresh=self._answered == 1)
            return Dress(self.way)

    def accepted(self, worn: Dress) -> None:
        """The device did what was asked."""
        if worn.way is not Way.NONE and not self._proven:
            self._proven = True
            self._patience.accepted()

    def learn(self, worn: Dress, status: int, challenges: Sequence[str], tried: Sequence[Way]) -> bool:
        """The device refused: whether to ask again, otherwise dressed. tried: the ways of this exchange so far."""
        if not self.user:
            return False
        with self._lock:
            offered = [one for value in challenges for one in _NEXT_CHALLENGE.split(value)]
            digest = [one for one in offered if one.lower().startswith("digest")]
            if worn.way is Way.DIGEST and status in (401, 403):
                again = bool(digest) and tried.count(Way.DIGEST) < 3 and (only_stale(digest) or not worn.fresh)
                return self._take(digest) and again  # taken in any case: the next request answers the newest
            if worn.way in (Way.NONE, Way.TOKEN) and Way.DIGEST not in tried and self._take(digest):
                self.way = Way.DIGEST
            elif Way.TOKEN not in tried:
                self.way = Way.TOKEN
            elif Way.BASIC not in tried and worn.way is Way.TOKEN and self._take(offered):
                self.way = Way.BASIC
            else:
                return False
            return True

    def _take(self, challenges: Sequence[str]) -> bool:
        self._answered = 0
        return self._http.take(challenges)

    def refused(self) -> None:
        """They are wrong: start anew, and not soon."""
        self._forget()
        self._patience.refused()

    def _forget(self) -> None:
        with self._lock:
            self._proven, self.way = False, Way.NONE


def refusal(user: str, worn: Way, body: bytes, error: OnvifError) -> OnvifError:
    """What to tell about credentials that were not accepted."""
    if _LOCKED.search(body):
        sentence = "The device has locked this user after wrong passwords; wait, or unlock the user on the device."
        return OnvifError("locked", sentence, codes=error.codes, status=error.status)
    if not user:
        sentence = "The device asks for a user name and a password."
    else:
        sentence = f"The device does not accept the user {user} with this password (asked by {worn.value})."
    return OnvifError("auth", sentence, codes=error.codes, status=error.status)
