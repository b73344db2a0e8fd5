"""Which UTC time a media time is: the mapping that stamps `AccessUnit.wall_ms`.

Media time (the camera's sampling clock) and UTC run apart by drift, network delay and wrong clocks. Two observations
bind them, each an *offset* (UTC minus media time, in ms):

- arrival: a unit cannot be taken after it arrived, so the smallest offset of the last 10-20 s is the unit that
  waited least; delay and jitter only ever make an offset larger.
- a sender report (RFC 3550 section 6.4.1): the camera's own clock. Believed while it puts the picture between 2 s
  before and 0.25 s after its best arrival; a clock further off is wrong and arrival alone counts.

The offset in use moves towards the one observed by at most 0.5 % of the media time passed, so that wall time rises
with media time and plays smoothly. Only a step that cannot be drift sets it anew at once (`anchors` counts them): the
host's clock was set by 2 s or more, a unit would lie 2 s in the future, or arrivals stayed late for a whole window.
Wall time may then step, backwards too when the host's clock was put back: a consumer that minds compares with `dts`.

For a second after such an anchor the mapping settles: the first arrivals may all have been late (a burst of old
pictures, a slow start), so a smaller offset or a plausible sender report is taken at once.
"""

from __future__ import annotations

from core.media.clock import Clock

STEP_MS = 2000.0
REPORT_EARLY_MS = 2000.0
REPORT_LATE_MS = 250.0
MAX_CORRECTION = 0.005
WINDOW_S = 10.0
REPORT_AGE_S = 60.0
SETTLE_S = 1.0


class WallClock:
    """The mapping of one source. Give it every picture's presentation time, in order of arrival: `stamp` takes it for
    an observation. While `settling`, stamp the newest of a batch first, so that all of it gets the least offset.
    """

    def __init__(self, clock: Clock) -> None:
        self.anchors = 0
        self._clock = clock
        self._offset: float | None = None
        self._media_ms = 0.0
        self._least = self._least_before = 0.0
        self._window_ends = 0.0
        self._settled = 0.0
        self._host = 0.0
        self._report: float | None = None
        self._report_until = 0.0

    @property
    def settling(self) -> bool:
        """Whether wall time may still step, because the mapping is new or there is none yet."""
        return self._offset is None or self._clock.monotonic() < self._settled

    def report(self, media_ms: float, ntp_ms: float) -> None:
        """A sender report: the camera says that media time `media_ms` was UTC `ntp_ms`."""
        self._report = ntp_ms - media_ms
        self._report_until = self._clock.monotonic() + REPORT_AGE_S

    def stamp(self, media_ms: float) -> int:
        """UTC ms of a unit that arrives now."""
        now, wall = self._clock.monotonic(), self._clock.wall_ms()
        observed = wall - media_ms
        host = wall - now * 1000
        if self._offset is None or abs(host - self._host) >= STEP_MS or observed <= self._offset - STEP_MS:
            self._anchor(observed, media_ms, now, host)
        else:
            self._host = host
            self._observe(observed, now)
            self._approach(media_ms, now)
        assert self._offset is not None  # noqa: S101 - for the type checker: both branches above have set it
        return round(media_ms + self._offset)

    def of(self, media_ms: float) -> int:
        """UTC ms of another media time under the present mapping: another track's, or a picture shown later."""
        return self.stamp(media_ms) if self._offset is None else round(media_ms + self._offset)

    def _anchor(self, observed: float, media_ms: float, now: float, host: float) -> None:
        self.anchors += 1
        self._offset = self._least = self._least_before = observed
        self._window_ends, self._settled = now + WINDOW_S, now + SETTLE_S
        self._media_ms, self._host = media_ms, host
        self._offset = self._target(now)

    def _observe(self, observed: float, now: float) -> None:
        if now >= self._window_ends:
            self._least_before, self._least = self._least, observed
            self._window_ends = now + WINDOW_S
        elif observed < self._least:
            self._least = observed
        if (
            self._offset is not None
            and min(self._least, self._least_before) >= self._offset + REPORT_EARLY_MS + STEP_MS
        ):
            self.anchors += 1
            self._offset = self._target(now)

    def _target(self, now: float) -> float:
        arrival = min(self._least, self._least_before)
        report = self._report
        if report is None or now > self._report_until:
            return arrival
        return report if arrival - REPORT_EARLY_MS <= report <= arrival + REPORT_LATE_MS else arrival

    def _approach(self, media_ms: float, now: float) -> None:
        passed, self._media_ms = media_ms - self._media_ms, max(media_ms, self._media_ms)
        if self._offset is None or (target := self._target(now)) == self._offset:
            return
        if now < self._settled:
            self._offset = target
        elif passed > 0:
            room = passed * MAX_CORRECTION
            self._offset += max(-room, min(room, target - self._offset))
