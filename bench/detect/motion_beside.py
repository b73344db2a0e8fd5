"""Eyrie's motion detector beside Debian's `motion`: the car clip and its empty view under disturbances, the same JPEG
pictures for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import clips
import disturbances
import harness
import motion_peer
import numpy as np
from motion_scoring import score

from core.api import Frame

FPS = 12  # of the films: the clip's is 12.5, and `motion` takes whole numbers
LEAD = 8 * FPS  # pictures of the empty view before each film


class Looks(Protocol):
    """What is measured: a detector that says whether motion goes on, in which boxes, and in which cells."""

    cpu_s: float

    def look(self, frame: Frame) -> tuple[bool, list[tuple[float, ...]], Any]:
        """Whether an event goes on, boxes as fractions, and the mask of what moves."""


def measured(detector: Callable[[], Looks], kinds: Sequence[str], empty_s: int) -> dict[str, Any] | str:
    """Tables and figures; a word where `motion` is not installed. detector: makes one of Eyrie's; empty_s: how long the
    empty view is shown under each disturbance.
    """
    version = motion_peer.installed()
    if version is None:
        print("skipped: Debian's motion is not installed (apt-get install motion)")
        return "not installed"
    visits = [(first + LEAD, last + LEAD) for first, last in clips.visits()]
    films = filmed(kinds, empty_s)
    cpu = {"motion": motion_peer.watch(films)}
    spent = decoding = looks = 0.0
    own, peer = {}, {}
    for film in films:
        one = detector()
        pictures, ms = motion_peer.decoded(film.jpegs)
        on = [one.look(frame)[0] for frame in clips.frames(pictures, FPS)]
        spent, decoding, looks = spent + one.cpu_s * 1000, decoding + ms * len(on), looks + len(on)
        truth = visits if film.name.startswith("cars") else []
        own[film.name] = score(on, truth, FPS).row()
        peer[film.name] = score(film.going_on(), truth, FPS).row()
    cpu |= {"eyrie": spent / looks, "eyrie's decoding": decoding / looks}
    motion_peer.compared(films, own, peer)
    return summed_up(version, own, peer, cpu, len(kinds) * empty_s / 3600)


def filmed(kinds: Sequence[str], empty_s: int) -> list[motion_peer.Film]:
    """A film with cars and one without for each disturbance, each after its empty view, so that both have learnt it.
    What goes on all the time is there from the start; light that changes at once does so after the start.
    """
    clip = clips.load("car")
    view = clips.still(clip)
    before = clips.empty_footage(view, LEAD)
    shown = {
        "cars": np.concatenate([before, clip.pictures]),
        "empty": np.concatenate([before, clips.empty_footage(view, empty_s * FPS, seed=10)]),
    }
    return [
        motion_peer.film(f"{what}, {kind}", disturbances.of_kind(kind, pictures, LEAD + 140, FPS), FPS)
        for what, pictures in shown.items()
        for kind in kinds
    ]


def summed_up(
    version: str, own: dict[str, Any], peer: dict[str, Any], cpu: dict[str, float], empty_hours: float
) -> dict[str, Any]:
    """One line each: recall, precision and false alarms per hour over all disturbances, CPU a picture with decoding."""
    lines = {}
    for who, rows, ms in (
        ("eyrie", own, cpu["eyrie"] + cpu["eyrie's decoding"]),
        (version, peer, cpu["motion"]),
    ):
        cars = [row for name, row in rows.items() if name.startswith("cars")]
        alarms = sum(row["false"] for name, row in rows.items() if name.startswith("empty"))
        lines[who] = {
            "recall": summed(cars, "recall"),
            "precision": summed(cars, "precision"),
            "false alarms an hour": round(alarms / empty_hours, 1),
            "cpu ms a picture, with decoding": round(ms, 2),
        }
    harness.table(["", *lines["eyrie"]], [[who, *line.values()] for who, line in lines.items()])
    return {"films": {"eyrie": own, "motion": peer}, "in all": lines, "cpu ms": cpu}


def summed(rows: list[dict[str, Any]], column: str) -> str:
    """Of shares such as 3/4: 6/8."""
    parts = [row[column].split("/") for row in rows]
    return f"{sum(int(one) for one, _ in parts)}/{sum(int(of) for _, of in parts)}"
