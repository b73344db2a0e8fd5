"""Settings of a simulated device, read and changed over real HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plugins.onvif.configuring import sections
from plugins.onvif.configuring.model import Change, Section, Value, WrongValues
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import DeviceFace, Trouble, onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]
Devices = Callable[..., DeviceFace]


def settings_of(device: DeviceFace) -> OnvifSettings:
    return OnvifSettings(address=device.address, user=device.user, password=device.password)


def streams(device: DeviceFace) -> Section:
    return sections.read(settings_of(device), "streams")


def changed(device: DeviceFace, section: str, **values: Value) -> Change:
    return sections.change(settings_of(device), section, {name.replace("__", "."): one for name, one in values.items()})


@pytest.mark.parametrize("generation", ["media2", "media"])
def test_streams_are_read_with_the_options_of_the_device(onvif_device: Devices, generation: str) -> None:
    device = onvif_device()
    if generation == "media":
        device.fault(Trouble.GONE, only="tr2")
    section = streams(device)
    assert [group.name for group in section.groups] == ["main", "sub"]
    for name in ("encoding", "resolution", "fps", "bitrate", "gop", "profile", "quality"):
        assert section.values[f"main.{name}"] is not None, name
    gop, codec = section.field("main.gop"), section.field("main.encoding")
    assert gop is not None
    assert codec is not None
    assert (gop.limits.low, gop.limits.high) == (1, 120)
    codecs = [one.value for one in codec.limits.choices]
    assert codecs == (["H264", "H265"] if generation == "media2" else ["H264"])


@pytest.mark.parametrize("generation", ["media2", "media"])
def test_a_group_of_pictures_is_set_and_read_back(onvif_device: Devices, generation: str) -> None:
    device = onvif_device()
    if generation == "media":
        device.fault(Trouble.GONE, only="tr2")
    before = streams(device).values["main.gop"]
    change = changed(device, "streams", main__gop=7)
    assert change.changed == {"main.gop": (before, 7)}
    assert (change.notes, change.refused) == ((), {})
    prefix = "tr2" if generation == "media2" else "trt"
    assert device.calls.count((prefix, "SetVideoEncoderConfiguration")) == 1
    changed(device, "streams", main__gop=7)
    assert device.calls.count((prefix, "SetVideoEncoderConfiguration")) == 1, "it has it already"


def test_what_the_device_does_not_offer_is_not_sent(onvif_device: Devices) -> None:
    device = onvif_device()
    with pytest.raises(WrongValues) as wrong:
        changed(device, "streams", main__gop=500, main__fps=1000, sub__resolution="1x1", main__colour="red")
    sentences = wrong.value.sentences
    assert sentences["main.gop"] == "The camera takes 1 to 120 pictures here."
    assert sentences["main.fps"].startswith("The camera takes ")
    assert sentences["main.colour"] == "This cannot be set on the camera."
    assert "sub.resolution" in sentences
    assert ("tr2", "SetVideoEncoderConfiguration") not in device.calls


def test_a_new_codec_takes_a_profile_that_it_has(onvif_device: Devices) -> None:
    device = onvif_device()
    changed(device, "streams", main__profile="High")
    change = changed(device, "streams", main__encoding="H265")
    assert change.section.values["main.encoding"] == "H265"
    assert change.section.values["main.profile"] == "Main"
    assert change.notes == ("Codec profile (Main stream): now Main, before High.",)


def test_the_picture_is_set_part_by_part(onvif_device: Devices) -> None:
    device = onvif_device()
    section = sections.read(settings_of(device), "picture")
    assert {"levels", "night", "light", "exposure", "focus"} <= {group.name for group in section.groups}
    change = changed(device, "picture", levels__brightness=70, night__filter="ON", exposure__mode="MANUAL")
    assert (change.refused, change.notes) == ({}, ())
    assert change.section.values["levels.brightness"] == 70
    assert change.section.values["night.filter"] == "ON"
    assert device.calls.count(("timg", "SetImagingSettings")) == 1


def test_a_device_that_wants_all_settings_at_once_gets_them(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.WHOLE)
    assert changed(device, "picture", levels__contrast=33).section.values["levels.contrast"] == 33
    assert device.calls.count(("timg", "SetImagingSettings")) == 2
    assert changed(device, "picture", levels__contrast=34).section.values["levels.contrast"] == 34
    assert device.calls.count(("timg", "SetImagingSettings")) == 3, "it is known now"
    assert changed(device, "streams", main__gop=9).refused == {}


def test_what_the_device_made_of_it_is_told(onvif_device: Devices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "SETTLE_S", 0.01)
    device = onvif_device()
    before = streams(device).values["main.gop"]
    device.fault(Trouble.STUBBORN)
    change = changed(device, "streams", main__gop=9)
    assert change.changed == {}
    assert change.notes == (f"Keyframe every (Main stream): the camera set {before} pictures, not 9 pictures.",)


def test_what_a_device_refuses_is_told_at_the_field(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.HALF)
    change = changed(device, "picture", levels__contrast=33)
    assert change.refused == {"levels.contrast": "The device does not offer this."}
    assert change.changed == {}
    assert sections.read(settings_of(device), "streams").fields


def test_a_device_without_a_service_says_so_in_a_line(onvif_device: Devices) -> None:
    device = onvif_device(lacks={"timg", "tr2"})
    assert sections.read(settings_of(device), "picture").missing == "The camera does not offer this over ONVIF."
    assert changed(device, "streams", sub__gop=5).section.values["sub.gop"] == 5


def test_options_that_are_missing_leave_fields_that_are_tried(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.BARE)
    section = streams(device)
    assert section.field("main.fps") is not None
    assert changed(device, "streams", main__gop=9).section.values["main.gop"] == 9
    assert changed(device, "picture", levels__contrast=33).section.values["levels.contrast"] == 33
