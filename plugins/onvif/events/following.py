"""Following one device: a thread that keeps its pull point and hands on what comes. It touches no database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from core.api import Clock
from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.events.notices import Notice
from plugins.onvif.events.pullpoint import PULL_S, PullPoint, subscribe

GAP_S = 0.1
EARLY_GAP_S = (0.5, 1.0)
"""Pause after an answer that came early and empty; after several the longer one."""
AGAIN_S = (2.0, 5.0, 15.0, 30.0, 60.0)
WITHOUT_S = 3600.0
"""When a device that has no events is asked again."""
REFUSED_S = 120.0
AWAY_S = 60.0
"""After so long without a word what goes on is not known any more."""
News = Literal["connected", "lost"]
log = logging.getLogger("eyrie.onvif.events")


class Follower:
    """heard: called in this thread with notifications, or with what became of the subscription.

    remember: called with a new pull point, and with None once it is given back; left: one of an earlier process.
    """

    def __init__(
        self,
        name: str,
        device: Device,
        clock: Clock,
        *,
        heard: Callable[[list[Notice] | News], None],
        remember: Callable[[PullPoint | None], None],
        left: PullPoint | None = None,
    ) -> None:
        self.name = name
        self.trouble = ""
        self._device = device
        self._clock = clock
        self._heard = heard
        self._remember = remember
        self._point = left
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"onvif {name}", daemon=True)
        self._well_at = clock.monotonic()
        self._told_lost = True

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End: the pull point is given back, which also ends the question that waits for an answer. Blocks for it."""
        self._stopping.set()
        self._give_back()

    def join(self, seconds: float) -> bool:
        """Whether it has ended within so long."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        self._give_back()  # of a process that was killed
        while not self._stopping.is_set():
            try:
                self._follow()
                failures = 0
            except OnvifError as error:
                if self._stopping.is_set():
                    break
                if self._told_well:
                    failures = 0
                self._note(error)
                self._give_back()
                self._look_whether_lost()
                self._stopping.wait(_pause(error, failures))
                failures += 1

    def _follow(self) -> None:
        """Subscribe and pull until told to stop. Raises OnvifError."""
        self._told_well = False
        point = self._point = subscribe(self._device, self._clock)
        if self._stopping.is_set():
            self._give_back()
            return
        self._remember(point)
        self._heard("connected")
        self._synchronise(point)
        early = 0
        while not self._stopping.is_set():
            if self._clock.monotonic() >= point.renew_at:
                point.renew()
            asked = self._clock.monotonic()
            found = point.pull()
            if self._stopping.is_set():
                return
            self._be_well()
            if found:
                self._heard(found)
            took = self._clock.monotonic() - asked
            early = early + 1 if not found and took < PULL_S / 2 else 0
            self._stopping.wait(EARLY_GAP_S[early > 4] if early else GAP_S)

    def _synchronise(self, point: PullPoint) -> None:
        try:
            point.synchronise()
        except OnvifError as error:
            if error.kind in ("unreachable", "timeout", "auth", "locked"):
                raise
            log.debug("%s: no synchronization point: %s", self.name, error)

    def _be_well(self) -> None:
        self._well_at, self._told_lost, self._told_well = self._clock.monotonic(), False, True
        if self.trouble:
            log.info("%s: events arrive again", self.name)
        self.trouble = ""

    def _note(self, error: OnvifError) -> None:
        if str(error) != self.trouble:
            log.warning("%s: events do not arrive: %s", self.name, error)
        self.trouble = str(error)

    def _look_whether_lost(self) -> None:
        if not self._told_lost and self._clock.monotonic() - self._well_at > AWAY_S:
            self._told_lost = True
            self._heard("lost")

    def _give_back(self) -> None:
        point, self._point = self._point, None
        if point is None:
            return
        try:
            point.give_back()
        except OnvifError as error:
            log.debug("%s: its pull point runs out by itself: %s", self.name, error)
        self._remember(None)


def _pause(error: OnvifError, failures: int) -> float:
    if error.kind in ("unsupported", "nonsense") and failures >= 2:
        return WITHOUT_S
    if error.kind in ("auth", "locked", "certificate"):
        return REFUSED_S
    return AGAIN_S[min(failures, len(AGAIN_S) - 1)]
