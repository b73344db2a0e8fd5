"""Which pictures of a simulated camera are on disk, each with the exact time it was taken.

The park takes picture n of a clip n picture durations after a multiple of the clip's duration since 1970
(plugins.simulator.stream), so a picture's digest and a rough time tell its number since 1970, whatever clock stamped
the recording.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import av

from tests.rig.pictures import Coded, Loop, coded_pictures


@dataclass(frozen=True, slots=True)
class Hole:
    """Consecutive pictures that are not on disk: first missing and first present again, UTC ms of their taking."""

    start_ms: float
    end_ms: float
    pictures: int


@dataclass(slots=True)
class Presence:
    """What is on disk of one camera. numbers: of pictures since 1970; foreign: pictures that the clip does not have;
    broken: files that cannot be read to their end, and why."""

    period_ms: float
    numbers: set[int] = field(default_factory=set)
    twice: int = 0
    foreign: int = 0
    broken: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, loop: Loop) -> Presence:
        """Of a camera that shows this clip; nothing is there yet."""
        return cls((loop.pictures[1].dts - loop.pictures[0].dts) * 1000)

    def holes(self, start_ms: float, end_ms: float) -> list[Hole]:
        """Stretches without pictures between two times, which may begin or end at them."""
        first, last = round(start_ms / self.period_ms), round(end_ms / self.period_ms)
        found: list[Hole] = []
        begin: int | None = None
        for number in range(first, last + 1):
            if number not in self.numbers and number != last:
                begin = number if begin is None else begin
            elif begin is not None:
                found.append(Hole(begin * self.period_ms, number * self.period_ms, number - begin))
                begin = None
        return found


def presence(recordings: Path, camera: int, loop: Loop) -> Presence:
    """Read all of a camera's files below a volume's folder, unfinished ones too."""
    found = Presence.of(loop)
    for file in files_of(recordings, camera):
        try:
            pictures = coded_pictures(file)
        except av.FFmpegError as error:
            found.broken.append(f"{file.name}: {error}")
            continue
        place_pictures(found, loop, int(file.stem.rpartition("-")[2]), pictures)
    return found


def files_of(recordings: Path, camera: int) -> list[Path]:
    """A camera's main-stream files by time."""
    closed = recordings.glob(f"{camera}/*/*/main-*.mp4")
    unfinished = recordings.glob(f"open/{camera}~*~main-*.mp4")
    return sorted((*closed, *unfinished), key=lambda file: int(file.stem.rpartition("-")[2]))


def place_pictures(found: Presence, loop: Loop, start_ms: int, pictures: Iterable[Coded]) -> None:
    """Count one file's pictures; start_ms: roughly when it begins, to less than half a loop."""
    for picture in pictures:
        place = loop.place(picture.digest)
        if place is None:
            found.foreign += 1
            continue
        about = (start_ms + picture.dts * 1000) / found.period_ms
        number = place + round((about - place) / len(loop)) * len(loop)
        found.twice += number in found.numbers
        found.numbers.add(number)
