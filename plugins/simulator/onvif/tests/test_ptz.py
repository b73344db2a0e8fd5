"""A head by ONVIF, and the lens."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from plugins.simulator.camera import film
from plugins.simulator.head import Head, Stop, Tour, View
from plugins.simulator.moving import window
from plugins.simulator.onvif.markup import Element, find, find_all, number, text, timg, tptz, tr2, trt, tt
from plugins.simulator.onvif.services.shared import RELATIVE_FOV
from plugins.simulator.onvif.tests.talking import QUICKLY, Refused, Talker
from plugins.simulator.testing import SimulatedCamera, frame_number

Client = Callable[..., Talker]
PROFILE = tptz("ProfileToken", "gate_main")


@pytest.fixture
def talker(client: Client) -> Talker:
    return client(camera={"moves": True})


def tell(talker: Talker, operation: str, *content: Element) -> Element:
    return talker.ask("tptz", operation, tptz("ProfileToken", "gate_main"), *content)


def arrived(talker: Talker) -> View:
    """Where it stands when it stands."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        status = find(tell(talker, "GetStatus"), "PTZStatus")
        if text(status, "MoveStatus/PanTilt") == "IDLE":
            plane, axis = find(status, "Position/PanTilt"), find(status, "Position/Zoom")
            return View(number(plane.get("x")), number(plane.get("y")), number(axis.get("x")))
    raise AssertionError("it never stood still")


def test_readings_fit_the_schema(talker: Talker) -> None:
    for operation in ("GetServiceCapabilities", "GetNodes", "GetConfigurations"):
        talker.ask("tptz", operation)
    talker.ask("tptz", "GetNode", tptz("NodeToken", "gate_head"))
    talker.ask("tptz", "GetConfigurationOptions", tptz("ConfigurationToken", "gate_ptz"))
    tell(talker, "GetCompatibleConfigurations")
    talker.ask("trt", "GetProfiles")
    assert find(talker.ask("tr2", "GetProfiles", tr2("Type", "PTZ")), "Profiles/Configurations/PTZ") is not None
    words = [text(one, "Encoding") for one in talker.ask("tr2", "GetVideoEncoderConfigurationOptions")]
    assert words == ["H264"], "what a head looks at is coded by itself"
    for operation in ("GetImagingSettings", "GetOptions", "GetMoveOptions", "GetStatus"):
        talker.ask("timg", operation, timg("VideoSourceToken", "gate"))
    talker.ask("timg", "GetServiceCapabilities")


def test_a_camera_without_a_head_offers_no_ptz(client: Client) -> None:
    talker = client()
    assert talker.post("tptz", tptz("GetNodes")).status_code == 404
    assert b"ptz" not in talker.post("tds", tptz("GetServices")).content


def test_there_and_back(talker: Talker) -> None:
    goal = tptz("Position", tt("PanTilt", x=0.5, y=-0.25), tt("Zoom", x=0.2))
    tell(talker, "AbsoluteMove", goal)
    assert arrived(talker) == View(0.5, -0.25, 0.2)
    tell(talker, "RelativeMove", tptz("Translation", tt("PanTilt", x=-0.5, y=0.25)))
    assert arrived(talker) == View(0.0, 0.0, 0.2)
    tell(talker, "SetHomePosition")
    tell(talker, "ContinuousMove", tptz("Velocity", tt("PanTilt", x=1.0, y=0.0)), tptz("Timeout", "PT0.3S"))
    assert arrived(talker).pan == pytest.approx(0.24, abs=0.01)
    tell(talker, "ContinuousMove", tptz("Velocity", tt("Zoom", x=1.0)))
    tell(talker, "Stop")
    tell(talker, "GotoHomePosition")
    assert arrived(talker) == View(0.0, 0.0, 0.2)
    with pytest.raises(Refused, match="InvalidPosition"):
        tell(talker, "AbsoluteMove", tptz("Position", tt("PanTilt", x=1.5, y=0)))


def test_a_point_of_the_picture_becomes_its_middle(talker: Talker) -> None:
    """The right edge, at the widest: half a picture farther, which is half of the range here."""
    step = tptz("Translation", tt("PanTilt", x=0.5, y=0.0, space=RELATIVE_FOV))
    tell(talker, "RelativeMove", step)
    assert arrived(talker).pan == pytest.approx(0.5)


def test_presets_and_tours(talker: Talker) -> None:
    tell(talker, "AbsoluteMove", tptz("Position", tt("PanTilt", x=0.1, y=0.1)))
    arrived(talker)
    first = text(tell(talker, "SetPreset", tptz("PresetName", "Gate")), "PresetToken")
    tell(talker, "AbsoluteMove", tptz("Position", tt("PanTilt", x=-0.1, y=0.1)))
    arrived(talker)
    second = text(tell(talker, "SetPreset", tptz("PresetName", "Door")), "PresetToken")
    listed = find_all(tell(talker, "GetPresets"), "Preset")
    assert [(one.get("token"), text(one, "Name")) for one in listed] == [(first, "Gate"), (second, "Door")]
    tell(talker, "GotoPreset", tptz("PresetToken", first))
    assert arrived(talker).pan == pytest.approx(0.1)
    tour = text(tell(talker, "CreatePresetTour"), "PresetTourToken")
    stops = [
        tt("TourSpot", tt("PresetDetail", tt("PresetToken", preset)), tt("StayTime", "PT0.1S"))
        for preset in (first, second)
    ]
    wanted = tptz(
        "PresetTour", tt("Name", "Round"), tt("Status"), tt("AutoStart", False), tt("StartingCondition"), stops
    )
    wanted.set("token", tour)
    tell(talker, "ModifyPresetTour", wanted)
    tell(talker, "OperatePresetTour", tptz("PresetTourToken", tour), tptz("Operation", "Start"))
    assert text(tell(talker, "GetPresetTours"), "PresetTour/Status/State") == "Touring"
    tell(talker, "OperatePresetTour", tptz("PresetTourToken", tour), tptz("Operation", "Stop"))
    tell(talker, "RemovePresetTour", tptz("PresetTourToken", tour))
    tell(talker, "RemovePreset", tptz("PresetToken", first))
    with pytest.raises(Refused, match="NoToken"):
        tell(talker, "GotoPreset", tptz("PresetToken", first))


def test_auxiliary_commands_and_focus(talker: Talker) -> None:
    tell(talker, "SendAuxiliaryCommand", tptz("AuxiliaryData", "tt:Wiper|On"))
    assert talker.device.obeyed() == ["tt:Wiper|On"]
    place = timg("Focus", tt("Absolute", tt("Position", 0.9)))
    talker.ask("timg", "Move", timg("VideoSourceToken", "gate"), place)
    told = talker.ask("timg", "GetStatus", timg("VideoSourceToken", "gate"))
    assert text(told, "Status/FocusStatus20/Position") == "0.9"


def test_imaging_is_remembered(talker: Talker) -> None:
    source = timg("VideoSourceToken", "gate")
    wanted = timg("ImagingSettings", tt("Brightness", 70), tt("IrCutFilter", "OFF"))
    talker.ask("timg", "SetImagingSettings", source, wanted)
    told = find(talker.ask("timg", "GetImagingSettings", timg("VideoSourceToken", "gate")), "ImagingSettings")
    assert (text(told, "Brightness"), text(told, "IrCutFilter"), text(told, "Contrast")) == ("70", "OFF", "50")


def test_a_tour_goes_round() -> None:
    now = [0.0]
    head = Head(lambda: now[0])
    head.presets = {"a": ("A", View(0.8, 0, 0)), "b": ("B", View(-0.8, 0, 0))}
    head.tours["t"] = Tour("round", [Stop("a", 2.0), Stop("b", 2.0)])
    head.start_tour("t")
    seen = []
    for _ in range(100):
        now[0] += 0.1
        head.advance()
        seen.append(round(head.view().pan, 3))
    assert 0.8 in seen and -0.8 in seen and seen.index(0.8) < seen.index(-0.8)
    head.stop()
    assert head.tours["t"].state == "Idle" and not head.moving


@pytest.mark.parametrize("coding", [{"b_frames": 2}, {"codec": "h265"}, {"codec": "mjpeg"}])
def test_a_scene_in_any_coding_goes_on_in_order(client: Client, coding: dict[str, Any]) -> None:
    talker = client(camera={"moves": True, "width": 640, "height": 360, "sub": False} | coding)
    address = talker.device.park.url("gate", credentials=False).replace("rtsp://", "rtsp://admin:Secret-12@")
    found = []
    with av.open(address, options=QUICKLY) as container:
        for picture in container.decode(video=0):
            found.append(frame_number(picture.to_ndarray(format="gray")))
            if len(found) == 20:
                break
    numbers = [pair[1] for pair in found if pair is not None]
    assert len(numbers) == 20
    assert {(after - before) % 40 for before, after in pairwise(numbers)} == {1}


def test_the_picture_moves_with_the_head(client: Client) -> None:
    """What the middle of the picture shows at the right is what the scene holds there, and the frame numbers go on."""
    talker = client(camera={"moves": True, "width": 640, "height": 360})

    def looked() -> tuple[int, np.ndarray]:
        uri = text(talker.ask("trt", "GetStreamUri", trt("ProfileToken", "gate_main")), "MediaUri/Uri")
        address = uri.replace("rtsp://", f"rtsp://{talker.device.user}:{talker.device.password}@")
        with av.open(address, options=QUICKLY) as container:
            luma = next(container.decode(video=0)).to_ndarray(format="gray")
        number = frame_number(luma)
        assert luma.shape == (180, 320) and number is not None
        return number[1], luma.astype(int)

    def expected(view: View, number: int) -> np.ndarray:
        with av.open(str(clip)) as scene:
            frame = next(
                one
                for one in scene.decode(video=0)
                if (frame_number(one.to_ndarray(format="gray")) or (0, -1))[1] == number
            )
            return window(frame, view).reformat(320, 180).to_ndarray(format="gray").astype(int)

    clip = film(SimulatedCamera("gate", moves=True, width=640, height=360), talker.device.park._park._cache).main_file
    for goal in (View(0, 0, 0), View(0.8, -0.5, 0), View(-0.4, 0.3, 0.7)):
        tell(talker, "AbsoluteMove", tptz("Position", tt("PanTilt", x=goal.pan, y=goal.tilt), tt("Zoom", x=goal.zoom)))
        assert arrived(talker) == goal
        number, luma = looked()
        assert np.abs(luma - expected(goal, number))[20:].mean() < 6
    picture = text(talker.ask("trt", "GetSnapshotUri", trt("ProfileToken", "gate_main")), "MediaUri/Uri")
    assert Image.open(io.BytesIO(talker.session.get(picture, timeout=20).content)).size == (320, 180)
