"""Addresses as people write them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from plugins.rtsp.driver import streams
from plugins.rtsp.settings import RtspSettings


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "needs a scheme, such as rtsp://"),
        ("192.168.1.20/stream1", "needs a scheme, such as rtsp://"),
        ("ftp://camera/x", "the scheme ftp is not known"),
        ("rtsp:///x", "names no host"),
        ("rtsp://camera:99999/x", "port must be a number"),
        ("rtsp://camera:0/x", "names no host"),
        ("rtsp://admin:pa/ss@camera/x", "its own field"),
        ("rtsp://[fe80::1/x", "needs a scheme"),
        ("file://door.mp4", "needs a whole path"),
    ],
)
def test_a_bad_address_is_one_sentence_on_its_field(url: str, words: str) -> None:
    for values in ({"url": url}, {"url": "rtsp://h/x", "sub_url": url}):
        if "sub_url" in values and not url:
            continue  # no sub stream
        with pytest.raises(ValidationError) as caught:
            RtspSettings.model_validate(values)
        (error,) = caught.value.errors()
        assert error["loc"] == (("sub_url",) if "sub_url" in values else ("url",))
        assert words in error["msg"]


@pytest.mark.parametrize(
    "url", ["rtsp://camera/x", "rtsps://[fe80::1]:8322/x?a=1", "http://h/mjpg", "file:///srv/a.mp4"]
)
def test_good_addresses_stay_as_they_are(url: str) -> None:
    assert RtspSettings.model_validate({"url": f"  {url} "}).url == url


def test_credentials_leave_the_address() -> None:
    found = RtspSettings.model_validate({"url": "rtsp://ad%40min:p%3Aw@camera:88/x?u=1"})
    assert (found.url, found.username, found.password.get_secret_value()) == ("rtsp://camera:88/x?u=1", "ad@min", "p:w")
    assert "p:w" not in repr(found)
    again = RtspSettings.model_validate(found.model_dump())
    assert again == found


def test_credentials_in_their_fields_win_and_the_sub_streams_serve_too() -> None:
    found = RtspSettings.model_validate({"url": "rtsp://a:b@h/x", "username": "c", "password": "d"})
    assert (found.username, found.password.get_secret_value(), found.url) == ("c", "d", "rtsp://h/x")
    found = RtspSettings.model_validate({"url": "rtsp://h/1", "sub_url": "rtsp://a:b@h/2"})
    assert (found.username, found.password.get_secret_value(), found.sub_url) == ("a", "b", "rtsp://h/2")


@pytest.mark.parametrize("values", [{}, {"url": None}, {"url": 7}, {"url": "rtsp://h/x", "colour": "red"}, []])
def test_what_is_no_settings(values: object) -> None:
    with pytest.raises(ValidationError):
        RtspSettings.model_validate(values)


def test_rtsps_does_not_go_over_udp() -> None:
    with pytest.raises(ValidationError) as caught:
        RtspSettings.model_validate({"url": "rtsps://h/x", "transport": "udp"})
    assert caught.value.errors()[0]["loc"] == ("transport",)


def test_streams() -> None:
    assert streams(RtspSettings(url="rtsp://h/1")) == ("main",)
    assert streams(RtspSettings(url="rtsp://h/1", sub_url="rtsp://h/2")) == ("main", "sub")


def test_every_field_has_title_and_description() -> None:
    for name, field in RtspSettings.model_fields.items():
        assert field.title, name
        assert field.description, name
