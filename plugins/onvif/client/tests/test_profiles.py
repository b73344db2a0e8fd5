"""Which profile is main, which is sub, and what belongs to which channel."""

import pytest

from plugins.onvif.client.address import Address
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import Profile, channels, chosen
from plugins.onvif.client.wsdiscovery import Match, matches


def profile(token, width, height, encoding="H264", source="s1", fps=25.0):
    return Profile(token, token, source, encoding, width, height, fps, 0, "media", False)


@pytest.mark.parametrize(
    ("found", "main", "sub"),
    [
        ([profile("a", 640, 360), profile("b", 3840, 2160, "H265"), profile("c", 1920, 1080)], "b", "a"),
        ([profile("a", 3840, 2160), profile("b", 2560, 1440), profile("c", 1920, 1080)], "a", "c"),
        ([profile("a", 1920, 1080, "JPEG"), profile("b", 1280, 720)], "b", None),
        ([profile("a", 1280, 720, "JPEG")], "a", None),
        ([profile("a", 640, 360, fps=25), profile("b", 640, 360, fps=5)], "a", "b"),
        ([profile("a", 1920, 1080), profile("b", 1920, 1080)], "a", None),
        ([profile("a", 1920, 1080, "MPEG4"), profile("b", 320, 240)], "b", None),
    ],
)
def test_streams_are_picked_by_resolution(found, main, sub):
    (channel,) = channels(found)
    assert channel.main.token == main
    assert (channel.sub.token if channel.sub else None) == sub


def test_each_video_source_is_a_channel():
    found = [profile("a1", 1920, 1080), profile("b1", 1920, 1080, source="s2"), profile("a2", 640, 360)]
    assert [(one.source, one.main.token, one.sub is not None) for one in channels(found)] == [
        ("s1", "a1", True),
        ("s2", "b1", False),
    ]
    assert chosen(found, "s2").main.name == "b1"
    with pytest.raises(OnvifError, match="it has s1, s2"):
        chosen(found, "s3")


def test_a_profile_that_a_person_chose_is_kept_while_it_is_there():
    found = [profile("a", 1920, 1080), profile("b", 1280, 720), profile("c", 640, 360)]
    assert chosen(found, "", "b", "a").main.name == "b"
    assert chosen(found, "", "gone", "gone").main.name == "a"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("192.168.1.20", "http://192.168.1.20/onvif/device_service"),
        (" camera:8080 ", "http://camera:8080/onvif/device_service"),
        ("https://cam.example", "https://cam.example/onvif/device_service"),
        ("http://10.0.0.1:8000/onvif/services", "http://10.0.0.1:8000/onvif/services"),
        ("fe80::1", "http://[fe80::1]/onvif/device_service"),
        ("[fe80::1]:81", "http://[fe80::1]:81/onvif/device_service"),
        ("fe80::1%eth0", "http://[fe80::1%eth0]/onvif/device_service"),
        ("https://[2001:db8::7]:8443/onvif", "https://[2001:db8::7]:8443/onvif"),
    ],
)
def test_addresses_are_read_as_people_write_them(text, url):
    assert Address.of(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rtsp://10.0.0.1",
        "10.0.0.1:99999",
        "10.0.0.1:x",
        "http://u:p@h",
        "a b",
        "http://",
        "[::1",
        "::1]",
        "[zz]:80",
    ],
)
def test_what_is_no_address_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Address.of(text)


def test_answers_of_printers_and_nonsense_are_no_devices():
    printer = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><ProbeMatches><ProbeMatch>'
        b"<Types>wprt:PrintDeviceType</Types><XAddrs>http://10.0.0.9/wsd</XAddrs></ProbeMatch></ProbeMatches></e:Body>"
        b"</e:Envelope>"
    )
    assert matches(printer, "10.0.0.9") == []
    assert matches(b"\xff\x00", "10.0.0.9") == []


def test_a_device_that_tells_loopback_is_reached_where_it_answered_from():
    lying = Match("10.0.0.9", "urn:uuid:1", "", ("http://127.0.0.1:8000/onvif/device_service",))
    assert lying.places[0] == Address("10.0.0.9", 8000)


def test_one_uuid_at_two_addresses_is_two_devices_unless_one_tells_both():
    one = Match("10.0.0.9", "urn:uuid:1", "", ("http://10.0.0.9/onvif/device_service",))
    other = Match("10.0.0.8", "urn:uuid:1", "", ("http://10.0.0.8/onvif/device_service",))
    both = Match("10.0.0.8", "urn:uuid:1", "", (*other.services, *one.services))
    assert not one.is_of(other)
    assert one.is_of(both)
