"""The session description of a mount (RFC 8866), as DESCRIBE answers it."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from core.media.rtsp.packetise import clock_rate, parameter_sets, payload_type
from core.media.units import Codec, StreamInfo, Track

CONTROL = "trackID={}"


def session_description(
    info: StreamInfo, address: str, session_id: int, spoken: Sequence[Track] = (), spoken_control: str = ""
) -> bytes:
    """SDP of these tracks. address: the server's own, for the origin line; session_id: any number, unique per mount.

    spoken: what the client may send instead (ONVIF Streaming Specification, 5.3), one media of several encodings.
    """
    family = "IP6" if ":" in address else "IP4"
    lines = [
        "v=0",
        f"o=- {session_id} 1 IN {family} {address}",
        "s=Eyrie",
        f"c=IN {family} {'::' if family == 'IP6' else '0.0.0.0'}",  # noqa: S104 - SDP's "any", RFC 2326 C.1.7; no bind
        "t=0 0",
        "a=range:npt=now-",
        "a=control:*",
    ]
    for track in info.tracks:
        lines += _media(track)
    if spoken:
        lines += _spoken(spoken, spoken_control)
    return ("\r\n".join(lines) + "\r\n").encode()


def _media(track: Track) -> list[str]:
    number = payload_type(track)
    lines = [
        f"m={'video' if track.is_video else 'audio'} 0 RTP/AVP {number}",
        f"a=rtpmap:{number} {_encoding(track)}",
    ]
    if parameters := _format_parameters(track):
        lines.append(f"a=fmtp:{number} {parameters}")
    if track.is_video and track.fps:
        lines.append(f"a=framerate:{track.fps:g}")
    lines.append("a=control:" + CONTROL.format(track.index))
    return lines


def _spoken(tracks: Sequence[Track], control: str) -> list[str]:
    numbers = [payload_type(track) for track in tracks]
    lines = [f"m=audio 0 RTP/AVP {' '.join(map(str, numbers))}"]
    for number, track in zip(numbers, tracks, strict=True):
        lines.append(f"a=rtpmap:{number} {_encoding(track)}")
        if parameters := _format_parameters(track):
            lines.append(f"a=fmtp:{number} {parameters}")
    return [*lines, "a=sendonly", f"a=control:{control}"]


def _encoding(track: Track) -> str:
    names = {
        Codec.H264: "H264",
        Codec.H265: "H265",
        Codec.MJPEG: "JPEG",
        Codec.AAC: "mpeg4-generic",
        Codec.PCMU: "PCMU",
        Codec.PCMA: "PCMA",
        Codec.OPUS: "opus",
    }
    channels = 2 if track.codec is Codec.OPUS else track.channels  # RFC 7587 7: always announced as stereo
    suffix = f"/{channels}" if channels > 1 or track.codec in (Codec.AAC, Codec.OPUS) else ""
    return f"{names[track.codec]}/{clock_rate(track)}{suffix}"


def _format_parameters(track: Track) -> str:
    match track.codec:
        case Codec.H264:
            return _h264_parameters(track)
        case Codec.H265:
            return _h265_parameters(track)
        case Codec.AAC:  # RFC 3640 4.1 and 3.3.6
            return (
                "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;"
                f"config={track.config.hex().upper()}"
            )
        case _:
            return ""


def _h264_parameters(track: Track) -> str:
    sets = parameter_sets(track)
    if not sets:
        return "packetization-mode=1"
    sprop = ",".join(base64.b64encode(nal).decode() for nal in sets)
    return f"packetization-mode=1;profile-level-id={sets[0][1:4].hex().upper()};sprop-parameter-sets={sprop}"


def _h265_parameters(track: Track) -> str:
    names = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
    grouped: dict[str, list[str]] = {}
    for nal in parameter_sets(track):
        grouped.setdefault(names[(nal[0] >> 1) & 0x3F], []).append(base64.b64encode(nal).decode())
    return ";".join(f"{name}={','.join(values)}" for name, values in grouped.items())
