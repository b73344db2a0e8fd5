from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from core.api import Frame, Sight, Zone
from core.testing.detectors import DetectorContract
from plugins.motion.detector import MotionDetector
from plugins.motion.hooks import DETECTOR
from plugins.motion.settings import MotionSettings
from plugins.motion.steadying import Steadier
from plugins.motion.tests.scene import FPS, HEIGHT, LEARNT, START_MS, WIDTH, frames, pictures, shade, walker

CLIPS = Path(__file__).resolve().parents[4] / "shared" / "data" / "motion"


class TestContract(DetectorContract):
    spec = DETECTOR

    def make_settings(self) -> MotionSettings:
        return MotionSettings()

    def something(self) -> list[Frame]:
        return list(frames(pictures(LEARNT + 20, walker())))


def looks(made: list[np.ndarray], **settings: object) -> list[Sight]:
    detector = MotionDetector(MotionSettings.model_validate(settings))
    return [detector.look(frame) for frame in frames(made)]


def told(sights: list[Sight]) -> list[tuple[int, str]]:
    return [(number, one.key) for number, sight in enumerate(sights) for one in sight.going_on]


def test_who_walks_by_is_one_event_from_his_first_picture_to_two_seconds_after_his_last() -> None:
    sights = looks(pictures(LEARNT + 70, walker()))
    numbers = [number for number, _ in told(sights)]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert LEARNT + 1 <= numbers[0] <= LEARNT + 4  # three looks, of which the first shows a rim of him
    assert LEARNT + 36 + 2 * FPS - 3 <= numbers[-1] <= LEARNT + 36 + 2 * FPS + 3
    begins = {one.start_ms for sight in sights for one in sight.going_on}
    assert begins <= set(range(START_MS + LEARNT * 200, START_MS + (LEARNT + 2) * 200 + 1)) and len(begins) == 1


def test_the_box_and_the_grid_are_where_he_is() -> None:
    sight = looks(pictures(LEARNT + 20, walker()))[-1]
    left = (19 * 9 - 10) / WIDTH
    (box,) = [seen.box for seen in sight.objects]
    assert box is not None
    assert box == pytest.approx((left, 70 / HEIGHT, 24 / WIDTH, 40 / HEIGHT), abs=0.03)
    cells = np.unpackbits(np.frombuffer(sight.moved, np.uint8)).reshape(36, 64)
    rows, columns = np.nonzero(cells)
    assert (columns.mean() + 0.5) / 64 == pytest.approx(left + 12 / WIDTH, abs=0.03)
    assert (rows.mean() + 0.5) / 36 == pytest.approx(90 / HEIGHT, abs=0.03)


def test_the_grid_is_empty_and_not_unsaid_while_nothing_moves() -> None:
    assert {sight.moved for sight in looks(pictures(30))} == {bytes(288)}


@pytest.mark.parametrize(
    "kind",
    [
        {"light": lambda number: 0.6 if number >= 30 else 1.0},
        {"light": lambda number: 1.3 if number >= 30 else 1.0},
        {"light": lambda number: 1 + 0.1 * (-1) ** number},
        {"light": lambda number: 1 - number / 150},
        {"light": shade},
        {"moved": lambda number: (round(4 * np.sin(number)), round(3 * np.sin(number * 1.7)))},
    ],
    ids=["darker", "brighter", "flicker", "dusk", "cloud", "shake"],
)
def test_light_and_shake_are_no_motion_and_hide_none(kind: dict) -> None:  # of callables
    assert not told(looks(pictures(60, **kind)))
    assert told(looks(pictures(LEARNT + 30, walker(), **kind)))


def test_to_look_for_a_shake_leaves_the_mean_as_it_is() -> None:
    picture = pictures(1)[0][:90, :160]  # a size that the transform takes as it is
    steadier = Steadier(picture)
    steadier.shift(picture)
    assert np.array_equal(steadier.mean, picture)


def test_rain_and_pure_noise_are_no_motion() -> None:
    rng = np.random.default_rng(2)
    wet = pictures(60)
    for picture in wet:
        for left, top in zip(rng.integers(0, WIDTH, 100), rng.integers(0, HEIGHT - 12, 100), strict=True):
            picture[top : top + 12, left] = 220
    assert not told(looks(wet))
    assert not told(looks(list(rng.integers(0, 255, (60, HEIGHT, WIDTH), np.uint8))))


def test_what_always_moves_is_learnt_and_a_walker_beside_it_is_not() -> None:
    rng = np.random.default_rng(3)

    def windy(made: list[np.ndarray]) -> list[np.ndarray]:
        for picture in made:
            picture[:60, 220:] = np.kron(rng.integers(20, 220, (15, 25)), np.ones((4, 4)))
        return made

    assert not told(looks(windy(pictures(80))))
    assert told(looks(windy(pictures(LEARNT + 20, walker(top=120)))))


def test_zones_have_events_of_their_own_and_what_is_left_out_has_none() -> None:
    left = Zone(name="Gate", points=((0, 0), (0.4, 0), (0.4, 1), (0, 1)))
    right = Zone(name="Lawn", points=((0.6, 0), (1, 0), (1, 1), (0.6, 1)))
    sights = looks(pictures(LEARNT + 40, walker()), zones=(left, right), end_after_s=0.4)
    of_gate = [number for number, key in told(sights) if key == "Gate"]
    of_lawn = [number for number, key in told(sights) if key == "Lawn"]
    assert of_gate and of_lawn and max(of_gate) < min(of_lawn)
    nothing = Zone(name="All", points=((0, 0.3), (1, 0.3), (1, 0.7), (0, 0.7)), kind="exclude")
    excluded = looks(pictures(LEARNT + 40, walker()), zones=(nothing,))
    assert not told(excluded) and not any(any(sight.moved) for sight in excluded)


def test_smallest_size_shortest_duration_and_sensitivity_hold_back() -> None:
    made = pictures(LEARNT + 30, walker())
    assert told(looks(made)) and not told(looks(made, smallest_percent=5))
    numbers = [number for number, _ in told(looks(made, shortest_s=3))]
    assert numbers[0] >= LEARNT + 3 * FPS
    faint = pictures(LEARNT + 30, walker(), glass=25)
    assert told(looks(faint)) and not told(looks(faint, sensitivity=1))


def test_another_size_and_a_gap_begin_anew() -> None:
    detector = MotionDetector(MotionSettings())
    for frame in frames(pictures(30)):
        detector.look(frame)
    other = [picture[:160, :240] for picture in pictures(30, seed=5)]
    assert not told([detector.look(frame) for frame in frames(other, START_MS + 6000)])
    assert not told([detector.look(frame) for frame in frames(pictures(30, seed=6), START_MS + 60_000)])


def test_the_preview_shows_what_moves_brightest_and_what_is_left_out_black() -> None:
    nothing = Zone(name="Sky", points=((0, 0), (1, 0), (1, 0.2), (0, 0.2)), kind="exclude")
    detector = MotionDetector(MotionSettings(zones=(nothing,)))
    for frame in frames(pictures(LEARNT + 20, walker())):
        detector.look(frame)
    assert DETECTOR.preview is not None
    shown = np.frombuffer(DETECTOR.preview(detector), np.uint8).reshape(HEIGHT, WIDTH)
    assert not shown[:30].any()
    assert shown[72:108, 163:183].mean() > 2 * shown[120:].mean()


@pytest.mark.real_data
def test_all_cars_of_a_real_clip_are_found_and_nothing_else() -> None:
    if not (CLIPS / "car-detection.mp4").exists():
        pytest.skip(f"no clips at {CLIPS}")
    import av

    detector, on = MotionDetector(MotionSettings()), []
    with av.open(str(CLIPS / "car-detection.mp4")) as container:
        for number, picture in enumerate(container.decode(container.streams.video[0])):
            data = picture.reformat(320, 180, "gray").to_ndarray().tobytes()
            on.append(bool(detector.look(Frame(1, START_MS + number * 80, 320, 180, "gray", data)).going_on))
    with (CLIPS / "car-detection.events.csv").open() as file:
        visits = [(int(row["start_frame"]), int(row["end_frame"])) for row in csv.DictReader(file)]
    for first, last in visits:
        assert any(on[first : first + 8])  # within .6 s
        assert on[last - 5]
        on[first - 3 : last + 3 + 26] = [False] * (last - first + 32)  # two seconds after the last of it
    assert not any(on)
