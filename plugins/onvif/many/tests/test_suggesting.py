"""What is suggested for streams, from what a camera has and could do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from plugins.onvif.configuring.fitting import checked
from plugins.onvif.configuring.model import Field, Group, Kind, Limits, Section, Value, choices
from plugins.onvif.many.suggesting import suggestion

SIZES = ("3840x2160", "1920x1080", "1280x720", "640x480", "640x360", "320x180")


def streams(main: Mapping[str, Value], sub: Mapping[str, Value], rates: Sequence[Value] = ()) -> Section:
    """A section of a camera that offers much. rates: the only ones it takes, any from 1 to 30 without."""
    usual = {"encoding": "H264", "resolution": "1920x1080", "fps": 25, "gop": 50, "bitrate": 4096}
    limits = {
        "encoding": Limits(choices(("H264", "H265", "JPEG"))),
        "resolution": Limits(choices(SIZES)),
        "fps": Limits(choices(rates)) if rates else Limits(low=1, high=30),
        "gop": Limits(low=1, high=400, step=1),
        "bitrate": Limits(low=64, high=16384, step=1),
    }
    fields = [
        Field(f"{stream}.{name}", name, Kind.CHOICE if isinstance(value, str) else Kind.NUMBER, value, limits[name])
        for stream, values in (("main", main), ("sub", sub))
        for name, value in (usual | values).items()
    ]
    return Section("streams", "Streams", (Group("main", "Main"), Group("sub", "Sub")), tuple(fields))


GOOD_SUB = {"resolution": "640x360", "fps": 10, "gop": 20, "bitrate": 256}


def suggested(section: Section) -> dict[str, Value]:
    """What is suggested, every value one that the camera takes, every one with a reason."""
    found = suggestion(section)
    assert checked(section, found.values) == found.values
    assert found.reasons.keys() == found.values.keys()
    assert all(reason.endswith(".") for reason in found.reasons.values())
    return found.values


def test_where_all_is_well_nothing_is_suggested() -> None:
    assert suggested(streams({}, GOOD_SUB)) == {}


@pytest.mark.parametrize(("fps", "gop", "wanted"), [(25, 100, 50), (15, 250, 30), (30, 61, 60)])
def test_keyframes_come_every_two_seconds(fps: int, gop: int, wanted: int) -> None:
    assert suggested(streams({"fps": fps, "gop": gop}, GOOD_SUB)) == {"main.gop": wanted}


def test_a_large_sub_stream_becomes_one_for_walls_and_detectors() -> None:
    sub = {"encoding": "H265", "resolution": "1280x720", "fps": 25, "gop": 100, "bitrate": 2048}
    assert suggested(streams({}, sub)) == {
        "sub.encoding": "H264",
        "sub.resolution": "640x360",  # the shape of the larger one, although 640x480 has more pixels
        "sub.fps": 10,
        "sub.gop": 20,
        "sub.bitrate": 192,
    }


def test_a_rate_is_one_of_those_offered() -> None:
    section = streams({}, GOOD_SUB | {"fps": 25, "gop": 10}, rates=(25, 12.5, 8, 6, 2))
    assert suggested(section) == {"sub.fps": 8}


def test_a_picture_too_small_is_made_larger() -> None:
    sub = GOOD_SUB | {"resolution": "176x144"}
    found = suggested(streams({}, sub))
    assert found["sub.resolution"] in ("640x480", "640x360")


def test_h265_stays_on_the_main_stream_and_single_pictures_do_not() -> None:
    assert suggested(streams({"encoding": "H265", "bitrate": 3000}, GOOD_SUB)) == {}
    assert suggested(streams({"encoding": "JPEG", "bitrate": 4096}, GOOD_SUB)) == {"main.encoding": "H264"}


@pytest.mark.parametrize(("rate", "wanted"), [(16384, 4672), (300, 4672)])
def test_bits_far_off_what_the_pixels_need(rate: int, wanted: int) -> None:
    assert suggested(streams({"bitrate": rate}, GOOD_SUB)) == {"main.bitrate": wanted}


def test_a_camera_that_tells_nothing_gets_nothing_suggested() -> None:
    assert suggested(Section("streams", "Streams", missing="no")) == {}
