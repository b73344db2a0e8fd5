"""Which media of a session description can be received, and how: codec, depacketiser, parameters out of band."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.media.rtsp.depacketise import H264Depacketiser, H265Depacketiser
from core.media.rtsp.depacketise_aac import AacDepacketiser
from core.media.rtsp.depacketise_jpeg import JpegDepacketiser
from core.media.rtsp.frames import Depacketiser, WholeFrames
from core.media.rtsp.sdp import Description, Media
from core.media.source import Fault, SourceError
from core.media.units import Codec, Track

log = logging.getLogger("eyrie.media")

_CODECS = {
    "H264": Codec.H264,
    "H265": Codec.H265,
    "JPEG": Codec.MJPEG,
    "MPEG4-GENERIC": Codec.AAC,
    "PCMU": Codec.PCMU,
    "PCMA": Codec.PCMA,
    "OPUS": Codec.OPUS,
}
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


class Described(Protocol):
    """What a session can set up: a media of its description."""

    @property
    def media(self) -> Media:
        """Which."""


@dataclass(frozen=True, slots=True)
class Format:
    """One media that is received."""

    media: Media
    codec: Codec

    def depacketiser(self) -> Depacketiser:
        """A fresh depacketiser."""
        match self.codec:
            case Codec.H264:
                return H264Depacketiser()
            case Codec.H265:
                return H265Depacketiser(decoding_order=_number(self.media, "sprop-max-don-diff", 0) > 0)
            case Codec.MJPEG:
                return JpegDepacketiser(self.media.width, self.media.height)
            case Codec.AAC:
                return AacDepacketiser(
                    _number(self.media, "sizelength", 13),
                    _number(self.media, "indexlength", 3),
                    _number(self.media, "indexdeltalength", 3),
                    960 if self._config()[1] & 4 else 1024,  # frameLengthFlag, ISO/IEC 14496-3 section 4.4.1
                )
            case Codec.OPUS:
                return WholeFrames()
            case _:
                return WholeFrames(bytes_per_tick=max(1, self.media.channels))

    def audio_track(self, index: int) -> Track:
        """The Track of an audio media."""
        rate, channels = self.media.clock_rate, max(1, self.media.channels)
        config = b""
        if self.codec is Codec.AAC:
            config = self._config()
            channels = config[1] >> 3 & 15 or channels
        elif self.codec is Codec.OPUS:
            channels = 2 if self.media.parameters.get("sprop-stereo") == "1" else 1
            config = opus_head(channels)
        return Track(index, self.codec, rate, config, sample_rate=rate, channels=channels)

    def parameter_sets(self) -> list[bytes]:
        """Parameter sets of the fmtp line: `sprop-parameter-sets` (RFC 6184) or `sprop-vps/-sps/-pps` (RFC 7798)."""
        names = ("sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps")
        texts = ",".join(self.media.parameters.get(name, "") for name in names).split(",")
        return [nal for nal in map(_base64, texts) if nal]

    def _config(self) -> bytes:
        """The AudioSpecificConfig; made from rate and channels (AAC-LC) when the camera does not say it."""
        try:
            config = bytes.fromhex(self.media.parameters.get("config", ""))
        except ValueError:
            config = b""
        if len(config) >= 2:
            return config
        rate = self.media.clock_rate
        index = _AAC_RATES.index(rate) if rate in _AAC_RATES else 4
        return (2 << 11 | index << 7 | max(1, self.media.channels) << 3).to_bytes(2, "big")


def choose(description: Description, audio: bool) -> list[Format]:
    """The first video that can be recorded, then the first such audio when wanted. Raises SourceError without video.

    Sound that is wanted and cannot be recorded is logged and left out.
    """
    spoken = description.backchannel()
    usable = [found for media in description.media if media not in spoken and (found := _format(media))]
    video = next((found for found in usable if found.codec.is_video), None)
    if video is None:
        raise _no_video(description.media)
    sound = next((found for found in usable if not found.codec.is_video), None)
    others = [media.encoding for media in description.media if media.kind == "audio" and media not in spoken]
    if audio and sound is None and others:
        log.warning("sound is left out: %s cannot be recorded; set the camera to AAC, G.711 or Opus", others[0])
    return [video, sound] if audio and sound else [video]


def spoken_formats(description: Description) -> list[Format]:
    """What the camera's loudspeaker takes, as the camera lists it, without what we do not know."""
    return [found for media in description.backchannel() if (found := _format(media))]


def opus_head(channels: int, pre_skip: int = 0) -> bytes:
    """An identification header without its magic (RFC 7845 section 5.1), for mono or stereo."""
    return bytes((1, channels)) + pre_skip.to_bytes(2, "little") + (48000).to_bytes(4, "little") + bytes(3)


def _format(media: Media) -> Format | None:
    codec = _CODECS.get(media.encoding)
    if codec is None or codec.is_video != (media.kind == "video") or media.clock_rate <= 0:
        return None
    if codec is Codec.AAC and media.parameters.get("mode", "AAC-hbr").upper() not in ("AAC-HBR", "AAC-LBR"):
        return None
    return Format(media, codec)


def _no_video(media: Sequence[Media]) -> SourceError:
    others = [m.encoding or f"payload type {m.payload_type}" for m in media if m.kind == "video"]
    if others:
        return SourceError(
            Fault.CODEC,
            f"The camera sends video as {others[0]}; set it to H.264, H.265 or MJPEG, which can be recorded.",
        )
    return SourceError(Fault.PATH, "The stream has no video; check the path.")


def _number(media: Media, name: str, default: int) -> int:
    value = media.parameters.get(name, "")
    return int(value) if value.isdigit() else default


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
