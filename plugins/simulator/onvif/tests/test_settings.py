"""Settings that clients change: what is streamed, kept and refused, and the troubles that devices have with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import av
import pytest
import requests

from plugins.simulator.onvif.markup import Element, find, find_all, tds, text, timg, tr2, trt, tt
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
    talker = client(camera={"width": 640, "height": 360, "scene": "street", "seconds": 2})
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


def test_the_picture_has_the_settings_it_was_given_and_no_others(client: Client) -> None:
    talker = client()
    source = timg("VideoSourceToken", "gate")
    offered = talker.ask("timg", "GetOptions", source)[0]
    assert text(offered, "Exposure/ExposureTime/Max") == "40000"
    assert [one.text for one in find_all(offered, "IrCutFilterModes")] == ["ON", "OFF", "AUTO"]
    wanted = [tt("Exposure", tt("Mode", "MANUAL"), tt("Gain", 12.0)), tt("IrCutFilter", "OFF")]
    talker.ask("timg", "SetImagingSettings", source, timg("ImagingSettings", wanted))
    now = talker.ask("timg", "GetImagingSettings", source)[0]
    told = [text(now, path) for path in ("Exposure/Mode", "Exposure/Gain", "IrCutFilter", "Brightness")]
    assert told == ["MANUAL", "12", "OFF", "50"]
    for wrong in (tt("Brightness", 101.0), tt("IrCutFilter", "DUSK")):
        with pytest.raises(Refused, match="SettingsInvalid"):
            talker.ask("timg", "SetImagingSettings", source, timg("ImagingSettings", wrong))


def test_a_text_is_in_the_picture(client: Client) -> None:
    talker = client()
    osd = tr2(
        "OSD",
        tt("VideoSourceConfigurationToken", "gate_source"),
        tt("Type", "Text"),
        tt("Position", tt("Type", "UpperRight")),
        tt("TextString", tt("Type", "Plain"), tt("FontSize", 60), tt("PlainText", "MMMMM")),
    )
    before = corner(talker)
    made = text(talker.ask("tr2", "CreateOSD", osd), "OSDToken")
    assert corner(talker) > before + 200, "white letters where there were none"
    listed = find_all(talker.ask("tr2", "GetOSDs"), "OSDs")
    assert [text(one, "Position/Type") for one in listed] == ["UpperRight"]
    talker.ask("tr2", "DeleteOSD", tr2("OSDToken", made))
    assert corner(talker) == before


def corner(talker: Talker) -> int:
    """How many white pixels the upper right of the picture has."""
    uri = text(talker.ask("tr2", "GetStreamUri", tr2("ProfileToken", "gate_main")), "Uri")
    login = f"rtsp://{talker.device.user}:{talker.device.password}@"
    with av.open(uri.replace("rtsp://", login), options=QUICKLY) as container:
        luma = next(container.decode(video=0)).to_ndarray(format="gray")
    return int((luma[:40, 200:] > 220).sum())


def test_its_place_in_the_network(client: Client) -> None:
    talker = client()
    for operation in ("GetDNS", "GetNTP", "GetNetworkDefaultGateway", "GetNetworkInterfaces", "GetNetworkProtocols"):
        talker.ask("tds", operation)
    server = tds("NTPManual", tt("Type", "IPv4"), tt("IPv4Address", "10.0.0.9"))
    talker.ask("tds", "SetNTP", tds("FromDHCP", False), server)
    assert text(talker.ask("tds", "GetNTP"), "NTPInformation/NTPManual/IPv4Address") == "10.0.0.9"
    names = tds("DNSManual", tt("Type", "IPv4"), tt("IPv4Address", "10.0.0.8"))
    talker.ask("tds", "SetDNS", tds("FromDHCP", False), tds("SearchDomain", "site"), names)
    assert text(talker.ask("tds", "GetDNS"), "DNSInformation/DNSManual/IPv4Address") == "10.0.0.8"
    talker.ask("tds", "SetNetworkDefaultGateway", tds("IPv4Address", "10.0.0.1"))
    assert text(talker.ask("tds", "GetNetworkDefaultGateway"), "NetworkGateway/IPv4Address") == "10.0.0.1"
    talker.ask("tds", "SetHostnameFromDHCP", tds("FromDHCP", True))
    assert text(talker.ask("tds", "GetHostname"), "HostnameInformation/FromDHCP") == "true"
    with pytest.raises(Refused, match="InvalidIPv4Address"):
        talker.ask("tds", "SetNetworkDefaultGateway", tds("IPv4Address", "attic"))


def test_another_address_is_where_it_is_then(client: Client) -> None:
    talker = client()
    old = talker.device.address
    by_hand = tt("Manual", tt("Address", "127.0.0.9"), tt("PrefixLength", 8))
    wanted = tds("NetworkInterface", tt("IPv4", by_hand, tt("DHCP", False)))
    answer = talker.ask("tds", "SetNetworkInterfaces", tds("InterfaceToken", "eth0"), wanted)
    assert text(answer, "RebootNeeded") == "false"
    until(lambda: talker.device.address.startswith("127.0.0.9:"))
    until(lambda: refused(f"http://{old}/onvif/device_service"))
    told = text(talker.ask("tds", "GetNetworkInterfaces"), "NetworkInterfaces/IPv4/Config/Manual/Address")
    assert told == "127.0.0.9"


def refused(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return True
    return False


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
