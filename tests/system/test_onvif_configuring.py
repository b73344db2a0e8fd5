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
