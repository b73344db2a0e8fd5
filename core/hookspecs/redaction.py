"""What exports can make unrecognisable: a plugin finds it in the pictures, core covers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.hookspecs.detectors import Frame, PixelFormat
from core.hookspecs.marks import hookspec


class Redactor(Protocol):
    """Looks through one file of an export, in the exporter's process: its pictures in order, on one thread."""

    def look(self, frame: Frame) -> Sequence[tuple[float, float, float, float]]:
        """What is to be covered: left, top, width, height as fractions of the picture. Rather too much than too little:
        what it does not find is seen. What it raises fails the export.
        """

    def close(self) -> None:
        """Let go of what it holds. Called once, last."""


@dataclass(frozen=True, slots=True)
class RedactorSpec:
    """Something that exports can cover, such as faces. title, hint: the choice in the form of an export, and one
    sentence on how well it is found and what that costs.

    open: makes a Redactor; raises ValueError with a sentence when it cannot. fps: it looks so often a second; core
    covers what lies between two looks, and a while before and after. width: pixels of the pictures it is given, 0 as
    recorded.
    """

    name: str
    title: str
    open: Callable[[], Redactor]
    fps: float = 4.0
    width: int = 960
    pixel_format: PixelFormat = "gray"
    hint: str = ""


@hookspec()
def register_redactors() -> Iterable[RedactorSpec]:
    """Offer what exports can cover. Called in every process once at start; opened only where exports are made.

    Be quick: load models and native libraries in `open`.
    """
    raise NotImplementedError
