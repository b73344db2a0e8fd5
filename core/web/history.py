"""The last hour of this machine in numbers: rings of ten seconds each, in this process's memory only.

Pictures and bits a second are averages of what the recorders push every two seconds; drops are counted up by them and
told as differences. A process's numbers come from /proc. 64 cameras with two streams take 0.6 MB, and nothing is
written to a database. After a restart of web the hour begins anew.
"""

from __future__ import annotations

import asyncio
import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from core.media.clock import Clock, SystemClock
from core.recorder.client import RecorderClient
from core.recorder.protocol import CameraState, CameraStatus
from core.web.processes import processes

STEP = 10
"""Seconds of a bucket."""
BUCKETS = 360
SHORTEST = 1.0
"""Seconds between two looks at a process, below which its share of the processor would be noise."""
NOTHING = math.nan
Samples = Sequence[float | None]
Subject = tuple[str, ...]
"""What a number is of: ("camera", "7", "main"), ("process", "web"), ("volume", "recordings")."""
Chosen = Callable[[Subject], bool]


class Ring:
    """One number over the last hour, a bucket for each STEP seconds since 1970; what was not told is None."""

    def __init__(self) -> None:
        self._values = array("f", [NOTHING] * BUCKETS)
        self._newest = -1

    def put(self, bucket: int, value: float) -> None:
        """The value of a bucket; buckets between it and the last one stay empty."""
        if bucket < self._newest:
            return
        for skipped in range(max(self._newest + 1, bucket - BUCKETS + 1), bucket):
            self._values[skipped % BUCKETS] = NOTHING
        self._values[bucket % BUCKETS] = value
        self._newest = bucket

    def read(self, first: int, count: int) -> list[float | None]:
        """The values of `count` buckets from `first` on."""
        return [self._at(bucket) for bucket in range(first, first + count)]

    @property
    def newest(self) -> int:
        """The last bucket that was told."""
        return self._newest

    def _at(self, bucket: int) -> float | None:
        if not self._newest - BUCKETS < bucket <= self._newest:
            return None
        value = self._values[bucket % BUCKETS]
        return None if math.isnan(value) else value


class Gathered:
    """What was told of one stream since the last bucket ended. drops: as its recorder last counted them."""

    __slots__ = ("bits", "drops", "pictures", "pushes")

    def __init__(self) -> None:
        self.pictures = self.bits = 0.0
        self.pushes = 0
        self.drops: int | None = None


class History:
    """The rings, filled by `camera` and `end_bucket`."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._rings: dict[tuple[Subject, str], Ring] = {}
        self._gathered: dict[Subject, Gathered] = {}
        self._spent: dict[str, tuple[int | None, float, float]] = {}
        self._written: dict[tuple[int, str], tuple[int, float]] = {}
        self._ended = self._bucket()

    def camera(self, status: CameraStatus) -> None:
        """A camera's state was told. Its numbers count while it streams."""
        for stream, told in status.streams.items():
            gathered = self._gathered.setdefault(("camera", str(status.camera), stream), Gathered())
            if status.state is CameraState.STREAMING:
                gathered.pictures += float(told.get("fps", 0))
                gathered.bits += float(told.get("bitrate", 0))
                gathered.pushes += 1
            self._dropped(("camera", str(status.camera), stream), gathered, int(told.get("drops", 0)))

    def end_bucket(self, processes: Iterable[dict[str, Any]], volumes: Mapping[int, list[dict[str, Any]]]) -> None:
        """Close the bucket that is over. processes: as core.web.processes tells them; volumes: as the recorders do."""
        bucket = self._bucket() - 1
        seconds = STEP * max(bucket - self._ended, 1)
        self._ended = bucket
        for subject, gathered in self._gathered.items():
            if gathered.pushes:
                self._put(subject, "fps", bucket, gathered.pictures / gathered.pushes)
                self._put(subject, "bitrate", bucket, gathered.bits / gathered.pushes)
            gathered.pictures = gathered.bits = 0.0
            gathered.pushes = 0
        for process in processes:
            self._process(process, bucket)
        for name, (written, busy) in self._more_written(volumes).items():
            self._put(("volume", name), "written", bucket, written / seconds)
            self._put(("volume", name), "busy", bucket, busy / seconds)
        self._forget(bucket)

    def read(
        self,
        kind: str,
        names: Sequence[str],
        seconds: int,
        coarse: int = 1,
        of: Callable[[Subject], bool] | None = None,
    ) -> dict[str, Any]:
        """All subjects of a kind with the named numbers: `{"start_ms", "step_ms", "rows": [(subject, {name: […]})]}`.

        coarse: buckets that are told as one, by their average. Drops are summed. of: only these subjects.
        """
        count = min(max(seconds // STEP // coarse, 1), BUCKETS // coarse)
        first = self._ended - count * coarse + 1
        # A copy, as the event loop adds to them.
        subjects = sorted({subject for subject, _ in list(self._rings) if subject[0] == kind})
        subjects = [subject for subject in subjects if of is None or of(subject)]
        rows = [
            (subject, {name: self._coarse(subject, name, first, count, coarse) for name in names})
            for subject in subjects
        ]
        return {"start_ms": first * STEP * 1000, "step_ms": STEP * coarse * 1000, "rows": rows}

    def _coarse(self, subject: Subject, name: str, first: int, count: int, coarse: int) -> list[float | None]:
        ring = self._rings.get((subject, name))
        if ring is None:
            return [None] * count
        values = ring.read(first, count * coarse)
        merge = _summed if name == "drops" else _averaged
        return [merge(values[at : at + coarse]) for at in range(0, len(values), coarse)]

    def _dropped(self, subject: Subject, gathered: Gathered, drops: int) -> None:
        before, gathered.drops = gathered.drops, drops
        ring = self._ring(subject, "drops")
        bucket = self._bucket()
        so_far = ring.read(bucket, 1)[0] or 0.0
        # A count that has fallen is that of a recorder which began anew.
        more = 0 if before is None else drops - before if drops >= before else drops
        ring.put(bucket, so_far + more)

    def _process(self, process: dict[str, Any], bucket: int) -> None:
        name, pid, spent = str(process["name"]), process["pid"], process["cpu_seconds"]
        if spent is None:
            return
        now = self._clock.monotonic()
        pid_before, spent_before, at = self._spent.get(name, (None, 0.0, now))
        self._spent[name] = pid, spent, now
        self._put(("process", name), "memory", bucket, process["memory"])
        if pid_before == pid and now - at >= SHORTEST:
            self._put(("process", name), "cpu", bucket, max(spent - spent_before, 0.0) / (now - at))

    def _more_written(self, volumes: Mapping[int, list[dict[str, Any]]]) -> dict[str, tuple[int, float]]:
        """By volume, bytes and seconds of all recorders since this was last asked."""
        found: dict[str, tuple[int, float]] = {}
        for recorder, rows in volumes.items():
            for row in rows:
                key, now = (recorder, str(row["name"])), (int(row["written"]), float(row["busy"]))
                before = self._written.get(key)
                self._written[key] = now
                if before is None:
                    continue
                if now[0] < before[0]:
                    before = (0, 0.0)  # the recorder began anew
                written, busy = found.get(key[1], (0, 0.0))
                found[key[1]] = written + now[0] - before[0], busy + now[1] - before[1]
        return found

    def _forget(self, bucket: int) -> None:
        """What has told nothing for an hour is gone."""
        for key in [key for key, ring in self._rings.items() if ring.newest <= bucket - BUCKETS]:
            del self._rings[key]
            self._gathered.pop(key[0], None)

    def _put(self, subject: Subject, name: str, bucket: int, value: float) -> None:
        self._ring(subject, name).put(bucket, value)

    def _ring(self, subject: Subject, name: str) -> Ring:
        return self._rings.setdefault((subject, name), Ring())

    def _bucket(self) -> int:
        return self._clock.wall_ms() // (STEP * 1000)


def _averaged(values: Samples) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else None


def _summed(values: Samples) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) if told else None


@cache
def history() -> History:
    """This process's."""
    return History()


async def keep(client: RecorderClient) -> None:
    """Fill this process's history from the recorders and close each bucket when it is over, until cancelled."""
    kept, clock = history(), SystemClock()
    unlisten = client.on_status(kept.camera)
    try:
        kept.end_bucket(await asyncio.to_thread(processes), {})  # shares of processors are told from the next one on
        while True:
            await asyncio.sleep(STEP - clock.wall_ms() / 1000 % STEP)
            kept.end_bucket(await asyncio.to_thread(processes), client.volumes())
    finally:
        unlisten()
