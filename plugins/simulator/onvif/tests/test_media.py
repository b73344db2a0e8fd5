"""Profiles, addresses and encoders."""

from __future__ import annotations

from collections.abc import Callable

import av
import pytest

from plugins.simulator.onvif.markup import find, find_all, text, tr2, trt, tt
from plugins.simulator.onvif.tests.talking import QUICKLY, Refused, Talker

Client = Callable[..., Talker]
READING = [
    "GetAudioEncoderConfigurations",
    "GetAudioOutputs",
    "GetAudioSources",
    "GetGuaranteedNumberOfVideoEncoderInstances",
    "GetMetadataConfigurations",
    "GetProfiles",
    "GetServiceCapabilities",
    "GetVideoEncoderConfigurationOptions",
    "GetVideoEncoderConfigurations",
    "GetVideoSourceConfigurations",
    "GetVideoSources",
]


def opened(talker: Talker, uri: str) -> str:
    return uri.replace("rtsp://", f"rtsp://{talker.device.user}:{talker.device.password}@")


def test_every_reading_answer_fits_the_schema(client: Client) -> None:
    talker = client(channels=2, camera={"audio": "pcmu"})
    for operation in READING:
        talker.ask("trt", operation)
    profiles = talker.ask("trt", "GetProfiles")
    assert [profile.get("token") for profile in profiles] == ["gate1_main", "gate1_sub", "gate2_main", "gate2_sub"]
    assert len(talker.ask("trt", "GetVideoSources")) == 2


def test_streams_and_pictures_are_where_it_says(client: Client) -> None:
    talker = client()
    sizes = {}
    for stream in ("main", "sub"):
        answer = talker.ask("trt", "GetStreamUri", trt("ProfileToken", f"gate_{stream}"))
        with av.open(opened(talker, text(answer, "MediaUri/Uri")), options=QUICKLY) as container:
            sizes[stream] = next(container.decode(video=0)).width
        picture = text(talker.ask("trt", "GetSnapshotUri", trt("ProfileToken", f"gate_{stream}")), "MediaUri/Uri")
        assert talker.session.get(picture, timeout=20).content[:2] == b"\xff\xd8"
    assert sizes["main"] == 320
    with pytest.raises(Refused, match="NoProfile"):
        talker.ask("trt", "GetStreamUri", trt("ProfileToken", "attic"))


def test_a_new_size_is_what_is_streamed(client: Client) -> None:
    talker = client()
    given = talker.ask("trt", "GetVideoEncoderConfiguration", trt("ConfigurationToken", "gate_main"))[0]
    find(given, "Resolution/Width").text, find(given, "Resolution/Height").text = "160", "90"
    find(given, "RateControl/FrameRateLimit").text = "5"
    wanted = trt("Configuration", list(given), token="gate_main")  # noqa: S106 - as below
    talker.ask("trt", "SetVideoEncoderConfiguration", wanted, trt("ForcePersistence", True))
    uri = text(talker.ask("trt", "GetStreamUri", trt("ProfileToken", "gate_main")), "MediaUri/Uri")
    with av.open(opened(talker, uri), options=QUICKLY) as container:
        assert next(container.decode(video=0)).width == 160
    find(wanted, "Resolution/Width").text = "333"
    with pytest.raises(Refused, match="ConfigModify"):
        talker.ask("trt", "SetVideoEncoderConfiguration", wanted, trt("ForcePersistence", True))


def test_texts_upon_the_picture(client: Client) -> None:
    talker = client()
    osd = trt(
        "OSD",
        tt("VideoSourceConfigurationToken", "gate_source"),
        tt("Type", "Text"),
        tt("Position", tt("Type", "Custom"), tt("Pos", x=0.5, y=-0.5)),
        tt("TextString", tt("Type", "Plain"), tt("PlainText", "North gate")),
        token="",
    )
    made = text(talker.ask("trt", "CreateOSD", osd), "OSDToken")
    talker.ask("trt", "GetOSDOptions", trt("ConfigurationToken", "gate_source"))
    listed = find_all(talker.ask("trt", "GetOSDs"), "OSDs")
    assert [text(one, "TextString/PlainText") for one in listed] == ["North gate"]
    talker.ask("trt", "DeleteOSD", trt("OSDToken", made))
    assert not len(talker.ask("trt", "GetOSDs"))


def test_a_device_behind_a_port_forwarding_names_another_address(client: Client) -> None:
    talker = client()
    talker.device.fault("nat")
    uri = text(talker.ask("trt", "GetStreamUri", trt("ProfileToken", "gate_main")), "MediaUri/Uri")
    assert uri.startswith("rtsp://198.51.100.7:")


def test_second_generation(client: Client) -> None:
    talker = client(camera={"codec": "h265"})
    for operation in [
        "GetServiceCapabilities",
        "GetVideoEncoderConfigurations",
        "GetVideoEncoderConfigurationOptions",
        "GetVideoEncoderInstances",
        "GetVideoSourceConfigurations",
        "GetAudioOutputConfigurations",
        "GetAudioDecoderConfigurations",
        "GetMetadataConfigurations",
        "GetOSDs",
        "GetMasks",
    ]:
        talker.ask("tr2", operation)
    assert find(talker.ask("tr2", "GetProfiles"), "Profiles/Configurations") is None
    whole = talker.ask("tr2", "GetProfiles", tr2("Type", "All"))
    assert text(whole, "Profiles/Configurations/VideoEncoder/Encoding") == "H265"
    assert find(whole, "Profiles/Configurations/AudioOutput") is not None
    first = talker.ask("trt", "GetProfiles")
    assert find(first[0], "VideoEncoderConfiguration") is None, "the first generation has no word for H.265"
    uri = text(talker.ask("tr2", "GetStreamUri", tr2("Protocol", "RTSP"), tr2("ProfileToken", "gate_main")), "Uri")
    assert uri.endswith("/gate/main")


def test_another_codec_is_what_is_streamed(client: Client) -> None:
    talker = client()
    given = talker.ask("tr2", "GetVideoEncoderConfigurations", tr2("ConfigurationToken", "gate_main"))[0]
    find(given, "Encoding").text = "H265"
    wanted = tr2("Configuration", list(given), token="gate_main", GovLength="10")  # noqa: S106 - an identifier
    talker.ask("tr2", "SetVideoEncoderConfiguration", wanted)
    uri = text(talker.ask("tr2", "GetStreamUri", tr2("ProfileToken", "gate_main")), "Uri")
    with av.open(opened(talker, uri), options=QUICKLY) as container:
        assert container.streams.video[0].codec_context.name == "hevc"


def test_a_mask_makes_the_picture_black(client: Client) -> None:
    talker = client()
    corners = [tt("Point", x=x, y=y) for x, y in ((-1, 1), (1, 1), (1, 0), (-1, 0))]
    mask = tr2(
        "Mask",
        tr2("ConfigurationToken", "gate_source"),
        tr2("Polygon", corners),
        tr2("Type", "Color"),
        tr2("Enabled", True),
    )
    made = text(talker.ask("tr2", "CreateMask", mask), "Token")
    talker.ask("tr2", "GetMaskOptions", tr2("ConfigurationToken", "gate_source"))
    listed = find_all(talker.ask("tr2", "GetMasks"), "Masks")
    assert [one.get("token") for one in listed] == [made]
    uri = text(talker.ask("tr2", "GetStreamUri", tr2("ProfileToken", "gate_main")), "Uri")
    with av.open(opened(talker, uri), options=QUICKLY) as container:
        luma = next(container.decode(video=0)).to_ndarray(format="gray")
    assert luma[20:80].mean() < 25 < luma[100:160].mean()
    talker.ask("tr2", "DeleteMask", tr2("Token", made))
    corners[0].set("x", "3")
    with pytest.raises(Refused, match="InvalidPolygon"):
        talker.ask("tr2", "CreateMask", tr2("Mask", tr2("ConfigurationToken", "gate_source"), tr2("Polygon", corners)))
