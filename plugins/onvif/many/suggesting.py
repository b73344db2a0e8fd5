"""What would make a camera's streams better for a recorder: from what the camera could do, with a reason for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from plugins.onvif.configuring.model import Limits, Section, Value, number

GOP_S = 2.0
SUB_WIDTH = (320, 640)  # pixels
SUB_FPS = (5.0, 10.0)
_BITS = {"H264": (0.04, 0.09, 0.25), "H265": (0.02, 0.06, 0.18)}
"""Bits for a pixel of a picture: least, usual, most. A rule of thumb, so only what is outside of it is spoken of."""
_ROUND = 64  # kbit/s


@dataclass(frozen=True, slots=True)
class Suggestion:
    """values: to be set, by field; reasons: a sentence by field."""

    values: dict[str, Value] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def suggestion(section: Section) -> Suggestion:
    """For a section "streams"; nothing where all is well, or where the camera offers nothing better."""
    found = Suggestion()
    _Stream(section, "main", found).improve((_compressed, _keyframes, _bits))
    _Stream(section, "sub", found).improve((_playable, _small, _slow, _keyframes, _bits))
    return found


class _Stream:
    """One stream of a section, as it would be with what was suggested until now."""

    def __init__(self, section: Section, name: str, found: Suggestion) -> None:
        self._section, self._name, self._found = section, name, found

    def improve(self, rules: Iterable[Callable[[_Stream], None]]) -> None:
        """Let these rules suggest, one after the other."""
        for rule in rules if self._section.field(f"{self._name}.resolution") else ():
            rule(self)

    def __getitem__(self, setting: str) -> Value | None:
        name = f"{self._name}.{setting}"
        return self._found.values.get(name, self._section.values.get(name))

    def number(self, setting: str) -> float:
        """A number; 0 where the camera does not tell it."""
        value = self[setting]
        return float(value) if isinstance(value, int | float) else 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels; zeros for nonsense."""
        return size_of(self["resolution"])

    def offered(self, setting: str) -> list[Value]:
        """The values to choose from, as the stream would be now; none where any number in a range is taken."""
        limits = self._limits(setting)
        return [one.value for one in limits.choices] if limits else []

    def suggest(self, setting: str, wanted: Value, reason: str) -> None:
        """Suggest a value, or the nearest that the camera takes, if it is another than it has."""
        limits = self._limits(setting)
        if limits is None:
            return
        value = limits.nearest(wanted)
        if value != self[setting]:
            name = f"{self._name}.{setting}"
            self._found.values[name], self._found.reasons[name] = value, reason

    def _limits(self, setting: str) -> Limits | None:
        one = self._section.field(f"{self._name}.{setting}")
        return one.limits_with({**self._section.values, **self._found.values}) if one else None


def size_of(value: Value | None) -> tuple[int, int]:
    """Of "640x360"."""
    wide, _, high = str(value).partition("x")
    return (int(wide), int(high)) if wide.isdigit() and high.isdigit() else (0, 0)


def _compressed(stream: _Stream) -> None:
    if stream["encoding"] in ("JPEG", "MPEG4") and "H264" in stream.offered("encoding"):
        stream.suggest("encoding", "H264", "H.264 takes far less space than single pictures.")


def _playable(stream: _Stream) -> None:
    if stream["encoding"] != "H264" and "H264" in stream.offered("encoding"):
        stream.suggest("encoding", "H264", "Every browser plays H.264, and detectors decode it at little cost.")


def _small(stream: _Stream) -> None:
    wide, high = stream.size
    if not wide or SUB_WIDTH[0] <= wide <= SUB_WIDTH[1]:
        return
    sizes = {size: text for text in stream.offered("resolution") if SUB_WIDTH[0] <= (size := size_of(text))[0]}
    fitting = [size for size in sizes if size[0] <= SUB_WIDTH[1]]
    if fitting:
        alike = min(fitting, key=lambda size: (abs(size[0] / size[1] - wide / high) > 0.05, -size[0]))
        stream.suggest(
            "resolution", sizes[alike], "At most 640 pixels wide: many fit on a wall and through a detector."
        )


def _slow(stream: _Stream) -> None:
    fps = stream.number("fps")
    if not fps or SUB_FPS[0] <= fps <= SUB_FPS[1]:
        return
    offered = [float(one) for one in stream.offered("fps") if isinstance(one, int | float)]
    fitting = [one for one in offered if SUB_FPS[0] <= one <= SUB_FPS[1]]
    wanted = max(fitting) if fitting else (SUB_FPS[1] if fps > SUB_FPS[1] else SUB_FPS[0])
    stream.suggest("fps", number(wanted), "5 to 10 pictures a second are enough for walls and detectors.")


def _keyframes(stream: _Stream) -> None:
    fps, gop = stream.number("fps"), stream.number("gop")
    if fps and gop > GOP_S * fps + 0.5:
        wanted = max(1, int(GOP_S * fps))
        stream.suggest("gop", wanted, "A keyframe at least every 2 s: pictures come at once, also when one jumps.")


def _bits(stream: _Stream) -> None:
    wide, high = stream.size
    pixels = wide * high * stream.number("fps")
    bits, rate = _BITS.get(str(stream["encoding"])), stream.number("bitrate")
    if bits is None or not pixels or not rate:
        return
    least, usual, most = (one * pixels / 1000 for one in bits)
    wanted = max(_ROUND, round(usual / _ROUND) * _ROUND)
    if rate < least:
        stream.suggest("bitrate", wanted, "So few bits for so many pixels lose detail, most of all in motion.")
    elif rate > most and rate > 2 * wanted:
        stream.suggest("bitrate", wanted, "More bits than this show no more, and fill the disk.")
