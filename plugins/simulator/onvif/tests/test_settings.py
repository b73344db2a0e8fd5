"""Settings that clients change: what is streamed, kept and refused, and the troubles that devices have with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import av
import pytest

from plugins.simulator.onvif.markup import Element, find, find_all, text, timg, tr2, trt, tt
from plugins.simulator.onvif.tests.talking import QUICKLY, Refused, Talker

Client = Callable[..., Talker]


def encoder(talker: Talker, stream: str = "main") -> Element:
    return talker.ask("tr2", "GetVideoEncoderConfigurations", tr2("ConfigurationToken", f"gate_{stream}"))[0]


def write(talker: Talker, given: Element) -> None:
    wanted = tr2("Configuration", list(given), **given.attrib)
    talker.ask("tr2", "SetVideoEncoderConfiguration", wanted)


def sent_bytes(talker: Talker, pictures: int = 20) -> int:
    """How large a loop's pictures are."""
    uri = text(talker.ask("tr2", "GetStreamUri", tr2("ProfileToken", "gate_main")), "Uri")
    found: list[Any] = []
    login = f"rtsp://{talker.device.user}:{talker.device.password}@"
    with av.open(uri.replace("rtsp://", login), options=QUICKLY) as container:
        for packet in container.demux(video=0):
            found.append(packet.size)
            if len(found) == pictures:
                break
    return sum(found)


def test_a_bitrate_limits_what_is_sent(client: Client) -> None:
    talker = client(camera={"scene": "street"})
    before, given = sent_bytes(talker), encoder(talker)
    find(given, "RateControl/BitrateLimit").text = "64"
    write(talker, given)
    assert sent_bytes(talker) < before / 2


def test_a_rate_between_is_the_next_below_and_told_so(client: Client) -> None:
    talker = client()
    given = encoder(talker)
    find(given, "RateControl/FrameRateLimit").text = "7"
    write(talker, given)
    assert text(encoder(talker), "RateControl/FrameRateLimit") == "5"


def test_both_generations_name_the_bitrates(client: Client) -> None:
    talker = client()
    first = talker.ask("trt", "GetVideoEncoderConfigurationOptions", trt("ConfigurationToken", "gate_main"))
    assert text(first, "Options/Extension/H264/BitrateRange/Max") == "8192"
    second = talker.ask("tr2", "GetVideoEncoderConfigurationOptions", tr2("ConfigurationToken", "gate_main"))
    assert text(second, "Options/BitrateRange/Max") == "8192"
    assert find(second, "Options").get("FrameRatesSupported").split()[:2] == ["10", "5"]


def test_one_that_clamps_takes_the_nearest(client: Client) -> None:
    talker = client()
    talker.device.fault("clamps")
    given = encoder(talker)
    given.set("GovLength", "900")
    find(given, "Resolution/Width").text, find(given, "Resolution/Height").text = "170", "100"
    write(talker, given)
    read = encoder(talker)
    assert (read.get("GovLength"), text(read, "Resolution/Width")) == ("120", "160")


def test_one_that_is_stubborn_says_yes_and_does_nothing(client: Client) -> None:
    talker = client()
    talker.device.fault("stubborn", only="tr2")
    given = encoder(talker)
    given.set("GovLength", "5")
    write(talker, given)
    assert encoder(talker).get("GovLength") == "20"


def test_one_that_does_half_reads_and_does_not_write(client: Client) -> None:
    talker = client()
    talker.device.fault("half")
    source = timg("VideoSourceToken", "gate")
    talker.ask("timg", "GetImagingSettings", source)
    with pytest.raises(Refused, match="ActionNotSupported"):
        talker.ask("timg", "SetImagingSettings", source, timg("ImagingSettings", tt("Brightness", 3)))


def test_one_that_wants_settings_whole_refuses_a_part(client: Client) -> None:
    talker = client()
    talker.device.fault("whole")
    source, part = timg("VideoSourceToken", "gate"), timg("ImagingSettings", tt("Brightness", 3.0))
    with pytest.raises(Refused, match="ConfigModify"):
        talker.ask("timg", "SetImagingSettings", source, part)
    whole = list(talker.ask("timg", "GetImagingSettings", source)[0])
    talker.ask("timg", "SetImagingSettings", source, timg("ImagingSettings", whole))


def test_bare_options_are_still_options(client: Client) -> None:
    talker = client()
    talker.device.fault("bare")
    first = talker.ask("trt", "GetVideoEncoderConfigurationOptions")
    assert find(first, "Options/QualityRange") is not None and find(first, "Options/H264") is None
    second = talker.ask("tr2", "GetVideoEncoderConfigurationOptions", tr2("ConfigurationToken", "gate_main"))
    assert not find(second, "Options").attrib
    assert not len(talker.ask("timg", "GetOptions", timg("VideoSourceToken", "gate"))[0])


def test_a_device_may_lack_a_generation(client: Client) -> None:
    talker = client(lacks={"tr2"})
    told = [text(one, "Namespace") for one in find_all(talker.ask("tds", "GetServices"), "Service")]
    assert not [one for one in told if "ver20/media" in one]
    assert talker.post("tr2", tr2("GetProfiles")).status_code == 404
