"""What a plugin finds is covered in every picture of an export, also where a look missed it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.exports.exporter import Exporter
from core.exports.models import Export, State
from core.exports.tests.test_exporting import manifest_of
from core.exports.trails import EARLIER_MS, HELD_MS, MARGIN, Trails
from core.hookspecs.detectors import Frame
from core.hookspecs.marks import hookimpl
from core.hookspecs.redaction import RedactorSpec
from core.media.tests.footage import decode_file
from core.pluginhost import host
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume

Ask = Callable[..., Export]
Make = Callable[..., Exporter]
database = pytest.mark.django_db(databases="__all__")
BOX = (0.4, 0.4, 0.1, 0.2)


class BlockRedactor:
    """Finds the bright block of the test pictures, but only at every second look."""

    def __init__(self) -> None:
        self.looks = 0

    def look(self, frame: Frame) -> Sequence[tuple[float, float, float, float]]:
        self.looks += 1
        bright = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width) > 145
        ys, xs = np.nonzero(bright)
        if self.looks % 2 or not len(xs):
            return []
        left, top, right, bottom = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
        return [(left / frame.width, top / frame.height, (right - left) / frame.width, (bottom - top) / frame.height)]

    def close(self) -> None:
        pass


class Failing(BlockRedactor):
    def look(self, frame: Frame) -> Sequence[tuple[float, float, float, float]]:
        if self.looks == 3:
            raise ValueError("The model is gone.")
        return super().look(frame)


def offered(make: Callable[[], Any]) -> Any:
    """A plugin that offers it."""

    @hookimpl
    def register_redactors() -> list[RedactorSpec]:
        return [RedactorSpec("block", "Cover the block", make, fps=10, width=0)]

    return host().registered(SimpleNamespace(register_redactors=register_redactors), "blocks")


@database
def test_what_is_found_is_one_colour_in_every_picture_and_the_rest_is_as_it_was(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path
) -> None:
    record(volume, 1, seconds=4)
    with offered(BlockRedactor):
        export = ask((1, 0, 4), redact=["block"])
        exporter_of().work()
    export.refresh_from_db()
    assert export.state == State.DONE, export.error
    path = folder / f"{export.pk}.zip"
    (row,) = manifest_of(path)["files"]
    assert (row["redacted"], row["as_recorded"]) == (["block"], False)
    with zipfile.ZipFile(path) as archive:
        shown = decode_file(archive.read(row["name"]))
    assert len(shown) == 40
    for number, picture in enumerate(shown):
        x = number * 7 % (160 - 16)
        assert picture[8:24, x : x + 16].astype(int).std() < 8, number  # it would be a sharp edge otherwise
        assert abs(int(picture[70, 40]) - int(picture[40, 40])) < 8  # below it, nothing has changed
    assert max(picture[40:, 130:].max() for picture in shown) > 90


@database
@pytest.mark.parametrize(
    ("make", "why"), [(Failing, "Cover the block: this could not be done, so nothing is exported: The model is gone.")]
)
def test_a_redactor_that_fails_fails_the_export_and_nothing_is_handed_out(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path, make: Any, why: str
) -> None:
    record(volume, 1, seconds=2)
    with offered(make):
        export = ask((1, 0, 2), redact=["block"])
        exporter_of().work()
    export.refresh_from_db()
    assert (export.state, export.error) == (State.FAILED, why)
    assert list(folder.iterdir()) == []


@database
def test_without_the_plugin_nothing_is_handed_out(
    volume: OpenVolume, ask: Ask, exporter_of: Make, folder: Path
) -> None:
    record(volume, 1, seconds=2)
    export = ask((1, 0, 2), redact=["block"])
    exporter_of().work()
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert export.error.startswith("block was to be covered, but no plugin that is loaded does that")
    assert list(folder.iterdir()) == []


def test_a_box_is_covered_with_a_margin_some_time_before_and_after() -> None:
    trails = Trails()
    trails.add(1000, [BOX])
    for ms, covered in ((999 - EARLIER_MS, 0), (1000 - EARLIER_MS, 1), (1000 + HELD_MS, 1), (1001 + HELD_MS, 0)):
        assert len(trails.at(ms)) == covered, ms
    (box,) = trails.at(1000)
    assert box == pytest.approx(
        (0.4 - MARGIN * 0.1, 0.4 - MARGIN * 0.2, 0.1 + 2 * MARGIN * 0.1, 0.2 + 2 * MARGIN * 0.2)
    )


def test_the_way_between_two_looks_is_covered_whole() -> None:
    trails = Trails()
    trails.add(0, [BOX])
    trails.add(250, [])  # missed
    trails.add(500, [(0.5, 0.4, 0.1, 0.2)])
    (box,) = trails.at(250)
    assert box[0] < 0.4
    assert box[0] + box[2] > 0.6


def test_two_that_are_far_apart_are_two() -> None:
    trails = Trails()
    trails.add(0, [(0.0, 0.0, 0.1, 0.1), (0.8, 0.8, 0.1, 0.1)])
    trails.add(250, [(0.8, 0.8, 0.1, 0.1), (0.02, 0.0, 0.1, 0.1)])
    assert all(width < 0.25 for _, _, width, _ in trails.at(100))
    assert len(trails.at(100)) == 2
