"""Which tracks of a source go into a file, and on what time scale."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from core.media.mp4.entries import sample_entry
from core.media.units import AccessUnit, Codec, StreamInfo, Track

log = logging.getLogger("eyrie.media")

VIDEO_TIMESCALE = 90_000


@dataclass(frozen=True, slots=True)
class FileTracks:
    """The one video and at most one audio track of a file, in order of track_ID, and the source's indices of them.

    Video always has 90,000 ticks a second, so that segments of different sources join.
    """

    tracks: tuple[Track, ...]
    video_index: int
    audio_index: int
    video_scale: int

    @property
    def video(self) -> Track:
        """The video track, track_ID 1."""
        return self.tracks[0]

    @property
    def audio(self) -> Track | None:
        """The audio track, track_ID 2."""
        return self.tracks[1] if len(self.tracks) > 1 else None

    def video_unit(self, unit: AccessUnit) -> AccessUnit:
        """A video unit of the source with its times in the file's ticks; the same object when they agree already."""
        if self.video_scale == VIDEO_TIMESCALE:
            return unit
        dts, pts, duration = (ticks * VIDEO_TIMESCALE // self.video_scale for ticks in _times(unit))
        return AccessUnit(unit.track, dts, pts, duration, unit.keyframe, unit.wall_ms, unit.data)


def _times(unit: AccessUnit) -> tuple[int, int, int]:
    return unit.dts, unit.pts, unit.duration


def file_tracks(info: StreamInfo) -> FileTracks | None:
    """What of a stream MP4 can hold; None without such video. Audio that cannot be held is left out, and logged."""
    video, audio = info.video, info.audio
    if video is None or (video.codec is not Codec.MJPEG and not video.config):
        codecs = ", ".join(track.codec for track in info.tracks)
        log.warning("a stream without video that can be recorded: %s", codecs or "no tracks")
        return None
    tracks = [replace(video, index=0, timescale=VIDEO_TIMESCALE)]
    if audio is not None and _holdable(audio):
        tracks.append(replace(audio, index=1))
    return FileTracks(tuple(tracks), video.index, audio.index if audio and len(tracks) > 1 else -1, video.timescale)


def _holdable(track: Track) -> bool:
    try:
        sample_entry(track)
    except ValueError as error:
        log.warning("audio is left out: %s", error)
        return False
    return bool(track.config)
