"""Encoders as devices of several makers tell them: other services, other depths, other namespaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import Profile
from plugins.onvif.client.reading import Element, children, find, name_of, text
from plugins.onvif.client.tests.faulty import Asked, Faulty, clock, fault, soap
from plugins.onvif.configuring.asking import sentence_of
from plugins.onvif.configuring.editing import SCHEMA
from plugins.onvif.configuring.encoders import encoder_of, set_encoder

Faults = Callable[..., Faulty]
Clients = Callable[..., Device]
TR2 = 'xmlns:tr2="http://www.onvif.org/ver20/media/wsdl"'
PROFILE = Profile("P1", "main", "V1", "H264", 0, 0, 0, 0, "media", False, "E1", "F1")
MULTICAST = (
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>"
    "<tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
)


def services(faulty: Faulty, *names: str) -> bytes:
    """GetServices of a device with these."""
    spaces = {"media": "http://www.onvif.org/ver10/media/wsdl", "media2": "http://www.onvif.org/ver20/media/wsdl"}
    told = "".join(
        f"<tds:Service><tds:Namespace>{spaces[name]}</tds:Namespace><tds:XAddr>http://{faulty.address}/{name}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
        for name in names
    )
    return soap(f"<tds:GetServicesResponse>{told}</tds:GetServicesResponse>")


def encoder1(codec: str, part: str = "", rate: str = "15</tt:FrameRateLimit><tt:EncodingInterval>1") -> str:
    """A Media 1 encoder as a device tells it; part: what stands in it for the codec."""
    return (
        '<trt:Configurations token="E1"><tt:Name>main</tt:Name><tt:UseCount>1</tt:UseCount>'
        f"<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height>"
        "</tt:Resolution><tt:Quality>4</tt:Quality><tt:RateControl>"
        f"<tt:FrameRateLimit>{rate}</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>"
        f"{part}{MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout><tt:Odd>kept</tt:Odd></trt:Configurations>"
    )


H264 = "<tt:H264><tt:GovLength>50</tt:GovLength><tt:H264Profile>Main</tt:H264Profile></tt:H264>"
OPTIONS = "<trt:Options><tt:QualityRange><tt:Min>0</tt:Min><tt:Max>100</tt:Max></tt:QualityRange>{more}</trt:Options>"


def codec_options(name: str, *, gop: str = "", bitrate: str = "") -> str:
    """Options of one codec in Media 1."""

    def span(tag: str, ends: str) -> str:
        low, _, high = ends.partition(" ")
        return f"<tt:{tag}><tt:Min>{low}</tt:Min><tt:Max>{high}</tt:Max></tt:{tag}>" if ends else ""

    profile = f"<tt:{name}ProfilesSupported>Main</tt:{name}ProfilesSupported>" if gop else ""
    return (
        f"<tt:{name}><tt:ResolutionsAvailable><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height>"
        "</tt:ResolutionsAvailable><tt:ResolutionsAvailable><tt:Width>640</tt:Width><tt:Height>360</tt:Height>"
        f"</tt:ResolutionsAvailable>{span('GovLengthRange', gop)}{span('FrameRateRange', '1 25')}"
        f"{span('EncodingIntervalRange', '1 6')}{profile}{span('BitrateRange', bitrate)}</tt:{name}>"
    )


@pytest.fixture
def media1(faulty: Faults) -> Callable[..., Faulty]:
    """A device without Media2, with this encoder and these options."""

    def make(encoder: str, options: str | None) -> Faulty:
        device = faulty(answers={"GetSystemDateAndTime": clock()})
        device.answers["GetServices"] = services(device, "media")
        device.answers["GetVideoEncoderConfigurations"] = soap(
            f"<trt:GetVideoEncoderConfigurationsResponse>{encoder}</trt:GetVideoEncoderConfigurationsResponse>"
        )
        if options is not None:
            device.answers["GetVideoEncoderConfigurationOptions"] = soap(
                "<trt:GetVideoEncoderConfigurationOptionsResponse>"
                f"{OPTIONS.format(more=options)}</trt:GetVideoEncoderConfigurationOptionsResponse>"
            )
        device.answers["SetVideoEncoderConfiguration"] = soap("<trt:SetVideoEncoderConfigurationResponse/>")
        return device

    return make


def sent(device: Faulty) -> Element:
    """The configuration that the device was sent last."""
    body = next(one.root for one in reversed(device.asked) if one.operation == "SetVideoEncoderConfiguration")
    found = find(body, "Body", "SetVideoEncoderConfiguration", "Configuration")
    assert found is not None
    return found


def test_bit_rates_and_h265_stand_in_extensions(media1: Any, device_at: Clients) -> None:
    deeper = f"<tt:Extension>{codec_options('H265', gop='1 300', bitrate='32 8192')}</tt:Extension>"
    extension = f"<tt:Extension>{codec_options('H264', gop='1 400', bitrate='32 16384')}{deeper}</tt:Extension>"
    device = media1(encoder1("H264", H264), codec_options("H264", gop="1 400") + extension)
    encoder = encoder_of(device_at(device), PROFILE)
    assert set(encoder.options) == {"H264", "H265"}
    assert encoder.options["H264"]["bitrate"].high == 16384
    assert encoder.options["H265"]["gop"].high == 300
    assert [one.value for one in encoder.options["H264"]["resolution"].choices] == ["1920x1080", "640x360"]


def test_options_that_stand_in_an_extension_alone_are_found(media1: Any, device_at: Clients) -> None:
    extension = f"<tt:Extension>{codec_options('H264', gop='1 400', bitrate='32 16384')}</tt:Extension>"
    encoder = encoder_of(device_at(media1(encoder1("H264", H264), extension)), PROFILE)
    assert encoder.options["H264"]["fps"].high == 25


def test_pictures_that_are_left_out_count_for_the_rate(media1: Any, device_at: Clients) -> None:
    twice = encoder1("H264", H264, rate="25</tt:FrameRateLimit><tt:EncodingInterval>2")
    device = media1(twice, codec_options("H264", gop="1 400"))
    client = device_at(device)
    encoder = encoder_of(client, PROFILE)
    assert encoder.values["fps"] == 12.5
    set_encoder(client, encoder, {"fps": 10})
    assert text(sent(device), "RateControl", "FrameRateLimit") == "10"
    assert text(sent(device), "RateControl", "EncodingInterval") == "1"
    set_encoder(client, encoder, {"bitrate": 2000})
    assert text(sent(device), "RateControl", "EncodingInterval") == "2", "what is not asked for stays"


def test_a_codec_brings_its_own_part_and_takes_the_others_away(media1: Any, device_at: Clients) -> None:
    device = media1(encoder1("JPEG"), codec_options("JPEG") + codec_options("H264", gop="1 400"))
    client = device_at(device)
    encoder = encoder_of(client, PROFILE)
    assert "gop" not in encoder.values
    set_encoder(client, encoder, {"encoding": "H264", "gop": 30, "profile": "Main"})
    wanted = sent(device)
    assert [name_of(one) for one in wanted][5:8] == ["RateControl", "H264", "Multicast"]
    assert (text(wanted, "H264", "GovLength"), text(wanted, "H264", "H264Profile")) == ("30", "Main")
    assert text(wanted, "Odd") == "kept"


def test_what_stands_in_a_wrong_namespace_is_put_right(media1: Any, device_at: Clients) -> None:
    device = media1(encoder1("H264", H264).replace("tt:", "trt:"), None)
    client = device_at(device)
    encoder = encoder_of(client, PROFILE)
    assert (encoder.values["gop"], encoder.options) == (50, {})
    set_encoder(client, encoder, {"gop": 25})
    wanted = sent(device)
    assert {etree.QName(one).namespace for one in wanted.iterdescendants()} == {SCHEMA}
    assert text(wanted, "H264", "GovLength") == "25"


def test_a_device_that_tells_encoders_in_profiles_alone_is_understood(faulty: Faults, device_at: Clients) -> None:
    device = faulty(answers={"GetSystemDateAndTime": clock()})
    device.answers["GetServices"] = services(device, "media")
    within = encoder1("H264", H264).replace("trt:Configurations", "tt:VideoEncoderConfiguration")
    profile = f'<trt:Profiles token="P1"><tt:Name>main</tt:Name>{within}</trt:Profiles>'
    device.answers["GetProfiles"] = soap(f"<trt:GetProfilesResponse>{profile}</trt:GetProfilesResponse>")
    assert encoder_of(device_at(device), PROFILE).values["gop"] == 50


def test_media2_writes_attributes_and_odd_names(faulty: Faults, device_at: Clients) -> None:
    device = faulty(answers={"GetSystemDateAndTime": clock()})
    device.answers["GetServices"] = services(device, "media", "media2")
    told = (
        f'<tr2:Configurations {TR2} token="E1" GovLength="32" Profile="Main" GuaranteedFrameRate="false">'
        "<tt:Name>main</tt:Name><tt:UseCount>2</tt:UseCount><tt:Encoding>H.265</tt:Encoding><tt:Resolution>"
        "<tt:Width>3840</tt:Width><tt:Height>2160</tt:Height></tt:Resolution>"
        '<tt:RateControl ConstantBitRate="true"><tt:FrameRateLimit>29.97</tt:FrameRateLimit>'
        f"<tt:BitrateLimit>8000</tt:BitrateLimit></tt:RateControl>{MULTICAST}<tt:Quality>70</tt:Quality>"
        "</tr2:Configurations>"
    )
    options = "".join(
        f'<tr2:Options {TR2} GovLengthRange="{gop}" FrameRatesSupported="29.97 15 7.5" ProfilesSupported="{profiles}"'
        f' ConstantBitRateSupported="true"><tt:Encoding>{word}</tt:Encoding>'
        "<tt:QualityRange><tt:Min>0</tt:Min><tt:Max>100</tt:Max></tt:QualityRange>"
        "<tt:ResolutionsAvailable><tt:Width>3840</tt:Width><tt:Height>2160</tt:Height></tt:ResolutionsAvailable>"
        "<tt:BitrateRange><tt:Min>0</tt:Min><tt:Max>0</tt:Max></tt:BitrateRange></tr2:Options>"
        for word, gop, profiles in (("H.265", "1 32767", "Main Main10"), ("JPEG", "", ""), ("MPV4-ES", "0 0", ""))
    )
    name = "GetVideoEncoderConfiguration"
    device.answers[f"{name}s"] = soap(f"<tr2:{name}sResponse {TR2}>{told}</tr2:{name}sResponse>")
    device.answers[f"{name}Options"] = soap(f"<tr2:{name}OptionsResponse {TR2}>{options}</tr2:{name}OptionsResponse>")
    device.answers["SetVideoEncoderConfiguration"] = soap(f"<tr2:SetVideoEncoderConfigurationResponse {TR2}/>")
    client = device_at(device)
    encoder = encoder_of(client, PROFILE)
    assert dict(encoder.values) == {
        "encoding": "H265",
        "resolution": "3840x2160",
        "fps": 29.97,
        "bitrate": 8000,
        "gop": 32,
        "profile": "Main",
        "quality": 70,
        "constant": True,
    }
    assert set(encoder.options) == {"H265", "JPEG", "MPEG4"}
    assert "bitrate" not in encoder.options["H265"], "0 to 0 is no range"
    assert "gop" not in encoder.options["JPEG"]
    set_encoder(client, encoder, {"encoding": "H265", "fps": 7.5, "gop": 15, "constant": False})
    wanted = sent(device)
    assert (wanted.get("GovLength"), wanted.get("Profile"), wanted.get("GuaranteedFrameRate")) == (
        "15",
        "Main",
        "false",
    )
    assert text(wanted, "Encoding") == "H.265", "as the device calls it"
    rate = find(wanted, "RateControl")
    assert rate is not None
    assert (text(rate, "FrameRateLimit"), rate.get("ConstantBitRate")) == ("7.5", "false")
    assert not children(rate, "EncodingInterval")
    set_encoder(client, encoder, {"encoding": "JPEG", "gop": None, "profile": None})
    assert (sent(device).get("GovLength"), sent(device).get("Profile")) == (None, None)


def test_a_device_that_sets_by_media1_alone_is_set_by_it(media1: Any, device_at: Clients) -> None:
    device = media1(encoder1("H264", H264), None)
    device.answers["GetServices"] = services(device, "media", "media2")
    told = encoder1("H264").replace("<trt:", "<tr2:").replace("</trt:", "</tr2:").replace(" token", f" {TR2} token")
    by_media1 = device.answers["GetVideoEncoderConfigurations"]
    name = "GetVideoEncoderConfigurationsResponse"
    by_media2 = soap(f"<tr2:{name} {TR2}>{told}</tr2:{name}>")
    assert isinstance(by_media1, bytes)

    def configurations(asked: Asked) -> tuple[int, bytes]:
        return 200, by_media1 if asked.path == "/media" else by_media2

    def setting(asked: Asked) -> tuple[int, bytes]:
        done = soap("<trt:SetVideoEncoderConfigurationResponse/>")
        return (200, done) if asked.path == "/media" else (400, fault("ActionNotSupported"))

    device.answers |= {"GetVideoEncoderConfigurations": configurations, "SetVideoEncoderConfiguration": setting}
    client = device_at(device)
    encoder = encoder_of(client, PROFILE)
    assert encoder.service == "media2"
    set_encoder(client, encoder, {"gop": 12})
    assert text(sent(device), "H264", "GovLength") == "12"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ConfigModify", "The camera does not take these values together."),
        ("ActionNotSupported", "The device does not offer this."),
        ("InvalidArgVal", "The device refuses: no, InvalidArgVal."),
    ],
)
def test_refusals_are_told_in_words(media1: Any, device_at: Clients, code: str, sentence: str) -> None:
    device = media1(encoder1("H264", H264), None)
    device.answers["SetVideoEncoderConfiguration"] = lambda _: (400, fault(code))
    client = device_at(device)
    with pytest.raises(OnvifError) as refused:
        set_encoder(client, encoder_of(client, PROFILE), {"gop": 3})
    assert sentence_of(refused.value) == sentence
