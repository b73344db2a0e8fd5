"""Session descriptions (RFC 8866) as RTSP servers send them: the media of a stream and where to set them up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

# Payload types with a fixed meaning that an rtpmap may leave out (RFC 3551 section 6).
_STATIC = {0: ("PCMU", 8000, 1), 8: ("PCMA", 8000, 1), 26: ("JPEG", 90000, 0), 14: ("MPA", 90000, 1)}


@dataclass(frozen=True, slots=True)
class Media:
    """One `m=` section. kind: video, audio, application; encoding in upper case; clock_rate in hertz;
    channels 0 for video; control: its `a=control` as sent; fps 0.0 when not said; direction: sendonly, recvonly,
    sendrecv, or empty when not said.
    """

    kind: str
    payload_type: int
    encoding: str
    clock_rate: int
    channels: int
    control: str
    parameters: dict[str, str] = field(default_factory=dict)
    fps: float = 0.0
    width: int = 0
    height: int = 0
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What DESCRIBE answered. control: the aggregate control of the session level, empty when there is none."""

    media: tuple[Media, ...]
    control: str = ""

    def backchannel(self) -> tuple[Media, ...]:
        """What the client may send (ONVIF Streaming Specification, 5.3): audio marked `sendonly`, a Media for each
        encoding. Some cameras so mark what they themselves send, pictures too: then there is none.
        """
        if any(media.kind == "video" and media.direction == "sendonly" for media in self.media):
            return ()
        return tuple(media for media in self.media if media.kind == "audio" and media.direction == "sendonly")


def parse(text: str) -> Description:
    """Read a session description; lines that make no sense are passed over. Raises ValueError without any media."""
    sections: list[list[tuple[str, str]]] = [[]]
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if not equals:
            continue
        if key == "m":
            sections.append([])
        sections[-1].append((key, value.strip()))
    media = tuple(found for section in sections[1:] for found in _media(section))
    if not media:
        raise ValueError("the session description names no media")
    return Description(media, _attributes(sections[0]).get("control", ""))


def control_url(base: str, control: str) -> str:
    """The URL of a control attribute (RFC 2326 appendix C.1.1).

    base: Content-Base, Content-Location or the URL asked. A relative control is put behind the base as the whole field
    does, query and all (`rtsp://h/cam?x=1` + `track1` = `rtsp://h/cam?x=1/track1`), since servers hand out such bases.
    """
    if control in ("", "*"):
        return base
    if "://" in control:
        return control
    if control.startswith("/") and not urlsplit(base).query:
        return urljoin(base, control)
    return base + control if base.endswith("/") else f"{base}/{control}"


def _attributes(lines: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in lines:
        if key == "a":
            name, _, rest = value.partition(":")
            found.setdefault(name.lower(), rest.strip())
    return found


def _media(lines: list[tuple[str, str]]) -> list[Media]:
    """One of its first encoding; of what the client may choose to send, one of each."""
    words = lines[0][1].split()
    if len(words) < 4 or not words[3].isdigit():
        return []
    attributes = _attributes(lines)
    direction = next((name for name in ("sendonly", "recvonly", "sendrecv") if name in attributes), "")
    types = [int(word) for word in words[3:] if word.isdigit()]
    return [_encoded(lines, number, direction) for number in (types if direction == "sendonly" else types[:1])]


def _encoded(lines: list[tuple[str, str]], payload_type: int, direction: str) -> Media:
    kind, attributes = lines[0][1].split()[0], _attributes(lines)
    encoding, rate, channels = _STATIC.get(payload_type, ("", 0, 0))
    mapped = re.match(rf"{payload_type}\s+([^/\s]+)/(\d+)(?:/(\d+))?", _of(lines, "rtpmap", payload_type))
    if mapped:
        encoding, rate, channels = mapped[1].upper(), int(mapped[2]), int(mapped[3] or 1)
    width, height = _size(attributes)
    return Media(
        kind=kind,
        payload_type=payload_type,
        encoding=encoding,
        clock_rate=rate,
        channels=0 if kind == "video" else channels,
        control=attributes.get("control", ""),
        parameters=_parameters(_of(lines, "fmtp", payload_type)),
        fps=_number(attributes.get("framerate", "")),
        width=width,
        height=height,
        direction=direction,
    )


def _of(lines: list[tuple[str, str]], name: str, payload_type: int) -> str:
    prefix = f"{name}:{payload_type} "
    return next((value.partition(":")[2] for key, value in lines if key == "a" and value.startswith(prefix)), "")


def _parameters(fmtp: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in fmtp.partition(" ")[2].split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found[name.strip().lower()] = value.strip()
    return found


def _size(attributes: dict[str, str]) -> tuple[int, int]:
    # Axis and Hanwha say x-dimensions:W,H; RFC 6064 framesize:<pt> W-H.
    text = attributes.get("x-dimensions") or attributes.get("framesize", "").partition(" ")[2]
    numbers = re.fullmatch(r"\s*(\d+)\s*[,-]\s*(\d+)\s*", text)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
