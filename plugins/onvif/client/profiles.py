"""Media profiles: what a device can send, which of it is a camera's main and sub stream, and from where.

Media2 (H.265, ONVIF Profile T) is asked first, Media 1 (Profile S) where that is missing. Read by local name, without
WSDL: recorders ask this too, and do without 70 MB of documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, every, find, number, text
from plugins.onvif.client.wsdl import NAMESPACES

Media = Literal["media", "media2"]
_SCHEMA = "http://www.onvif.org/ver10/schema"
_BETTER = ("H264", "H265")
_PLAYABLE = (*_BETTER, "JPEG")
WALL_WIDTH = 1024
"""Pixels: what a sub stream has at most, where there is a choice: many fit on a wall and through a detector."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One media profile. source: token of its video source, the channel; encoding: H264, H265, JPEG …, in capitals.

    width, height: pixels; fps: pictures a second; bitrate: kilobits a second; 0 where it does not say.
    ptz: whether the profile moves the camera. encoder, framing: tokens of its video encoder configuration and of its
    video source configuration, on which texts and masks lie.
    """

    token: str
    name: str
    source: str
    encoding: str
    width: int
    height: int
    fps: float
    bitrate: int
    media: Media
    ptz: bool
    encoder: str = ""
    framing: str = ""

    @property
    def weight(self) -> tuple[int, float, int]:
        """By which streams are larger or smaller: pixels of a picture, then pictures a second, then bit rate."""
        return self.width * self.height, self.fps, self.bitrate


@dataclass(frozen=True, slots=True)
class Channel:
    """One video source and what is taken of it. sub: None where it has no smaller stream."""

    source: str
    main: Profile
    sub: Profile | None


def profiles(device: Device, *, deadline: float | None = None) -> list[Profile]:
    """All that have video, in the device's order. Raises OnvifError."""
    trouble: OnvifError | None = None
    for service in ("media2", "media"):
        if not device.offers(service):
            continue
        try:
            found = _asked(device, "media2" if service == "media2" else "media", deadline)
        except OnvifError as error:
            if error.kind not in ("unsupported", "fault", "nonsense"):
                raise
            trouble = error
            continue
        if found:
            return found
    raise trouble or OnvifError("unsupported", "The device has no media profile with video.")


def channels(found: Sequence[Profile]) -> list[Channel]:
    """Its video sources in the device's order, each with main and sub stream picked by resolution."""
    sources = dict.fromkeys(one.source for one in found)
    return [channel for source in sources if (channel := _channel(source, found)) is not None]


def chosen(found: Sequence[Profile], channel: str, main: str = "", sub: str = "") -> Channel:
    """The channel of this video source, the first where `channel` is empty; with these profiles, where they are named
    and still there. Raises OnvifError.
    """
    offered = channels(found)
    one = next((one for one in offered if channel in ("", one.source)), None)
    if one is None:
        known = ", ".join(each.source for each in offered) or "none"
        raise OnvifError("fault", f"The device has no channel {channel}; it has {known}.", lasting=True)
    by_token = {each.token: each for each in found}
    chosen_sub = by_token.get(sub, one.sub)
    chosen_main = by_token.get(main, one.main)
    return Channel(one.source, chosen_main, chosen_sub if chosen_sub != chosen_main else None)


def stream_uri(device: Device, token: str, *, deadline: float | None = None) -> str:
    """Where a profile is streamed over RTSP, as the device tells it: pass it through `Device.reachable`.

    Raises OnvifError.
    """
    trouble: OnvifError | None = None
    for service, request in (("media2", _stream_request2), ("media", _stream_request)):
        if not device.offers(service):
            continue
        try:
            answer = device.ask(service, request(token), deadline=deadline)
        except OnvifError as error:
            if error.kind not in ("unsupported", "fault", "nonsense"):
                raise
            trouble = error
            continue
        if uri := _uri(answer):
            return uri
    raise trouble or OnvifError("nonsense", f"The device gives no address for its profile {token}.")


def snapshot_uri(device: Device, token: str) -> str:
    """Where a picture of a profile is fetched; pass it through `Device.reachable`. Raises OnvifError."""
    service = "media2" if device.offers("media2") else "media"
    namespace = NAMESPACES[service]
    answer = device.ask(service, element(namespace, "GetSnapshotUri", element(namespace, "ProfileToken", token)))
    if uri := _uri(answer):
        return uri
    raise OnvifError("unsupported", "The device offers no pictures.")


def _asked(device: Device, service: Media, deadline: float | None) -> list[Profile]:
    namespace = NAMESPACES[service]
    request = element(namespace, "GetProfiles")
    if service == "media2":
        request.append(element(namespace, "Type", "All"))
    answer = device.ask(service, request, deadline=deadline)
    read = (_profile(one, service) for one in children(answer, "Profiles"))
    return [one for one in read if one is not None]


def _profile(said: Element, service: Media) -> Profile | None:
    configurations = find(said, "Configurations") if service == "media2" else said
    ending = "" if service == "media2" else "Configuration"
    video = find(configurations, f"VideoEncoder{ending}")
    token = said.get("token", "")
    if video is None or not token:
        return None
    source = find(configurations, f"VideoSource{ending}")
    return Profile(
        token=token,
        name=text(said, "Name"),
        source=text(source, "SourceToken"),
        encoding=encoding_of(text(video, "Encoding")),
        width=int(number(video, "Resolution", "Width") or 0),
        height=int(number(video, "Resolution", "Height") or 0),
        fps=number(video, "RateControl", "FrameRateLimit") or 0.0,
        bitrate=int(number(video, "RateControl", "BitrateLimit") or 0),
        media=service,
        ptz=find(configurations, f"PTZ{ending}") is not None,
        encoder=video.get("token", ""),
        framing=source.get("token", "") if source is not None else "",
    )


def encoding_of(said: str) -> str:
    """A codec's name: `H.265`, `video/H265` and `HEVC` are what devices write for one thing."""
    name = said.upper().rpartition("/")[2].replace(".", "")
    return {"HEVC": "H265", "AVC": "H264", "MJPEG": "JPEG", "MPV4-ES": "MPEG4"}.get(name, name)


def _channel(source: str, found: Sequence[Profile]) -> Channel | None:
    usable = [one for one in found if one.source == source and one.encoding in _PLAYABLE]
    usable = [one for one in usable if one.encoding in _BETTER] or usable
    if not usable:
        return None
    main, *smaller = sorted(usable, key=lambda one: one.weight, reverse=True)
    smaller = [one for one in smaller if one.weight < main.weight]
    fits = next((one for one in smaller if one.width <= WALL_WIDTH), None)
    return Channel(source, main, fits or (smaller[-1] if smaller else None))


def _uri(answer: Element) -> str:
    return next((found for one in every(answer, "Uri") if (found := text(one))), "")


def _stream_request(token: str) -> Element:
    namespace = NAMESPACES["media"]
    transport = element(_SCHEMA, "Transport", element(_SCHEMA, "Protocol", "RTSP"))
    setup = element(namespace, "StreamSetup", element(_SCHEMA, "Stream", "RTP-Unicast"), transport)
    return element(namespace, "GetStreamUri", setup, element(namespace, "ProfileToken", token))


def _stream_request2(token: str) -> Element:
    namespace = NAMESPACES["media2"]
    protocol = element(namespace, "Protocol", "RTSP")
    return element(namespace, "GetStreamUri", protocol, element(namespace, "ProfileToken", token))
