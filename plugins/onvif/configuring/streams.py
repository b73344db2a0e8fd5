"""The section of streams: how main and sub stream are encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import Profile
from plugins.onvif.configuring.asking import SOFT, sentence_of
from plugins.onvif.configuring.channel import channel_of
from plugins.onvif.configuring.encoders import Encoder, encoder_of, set_encoder
from plugins.onvif.configuring.model import Field, Group, Kind, Limits, Section, Value, Wanted, Written, choices
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "streams", "Streams"
STREAMS = (("main", "Main stream"), ("sub", "Sub stream"))
_ANY = Limits(low=1, step=1)
_GROUPED = ("H264", "H265", "MPEG4")  # codecs whose pictures build on others
# name, title, kind, unit, hint
_FIELDS = (
    ("encoding", "Codec", Kind.CHOICE, "", ""),
    ("resolution", "Resolution", Kind.CHOICE, "", ""),
    ("fps", "Frame rate", Kind.NUMBER, "fps", ""),
    ("bitrate", "Bit rate", Kind.NUMBER, "kbit/s", "At most; still scenes take less."),
    ("gop", "Keyframe every", Kind.NUMBER, "pictures", "Recordings are cut, and pictures begin, at keyframes."),
    ("profile", "Codec profile", Kind.CHOICE, "", ""),
    ("quality", "Quality", Kind.NUMBER, "", ""),
    ("constant", "Constant bit rate", Kind.BOOL, "", ""),
)
_GOP_S = 2.0


def read(device: Device, settings: OnvifSettings) -> Section:
    """As the device tells it. Raises OnvifError."""
    found = encoders(device, settings)
    fields = [one for name, encoder in found.items() for one in _fields(name, encoder)]
    groups = tuple(Group(name, title) for name, title in STREAMS if name in found)
    vague = any(not encoder.options for encoder in found.values())
    notes = ("The camera does not tell what it can do; what is entered is tried.",) if vague else ()
    return Section(NAME, TITLE, groups, tuple(fields), notes=notes)


def write(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """Set what differs. Values that no longer fit, such as a profile that the new codec has not, become the nearest
    that do. Raises OnvifError where more than a stream is concerned.
    """
    refused: dict[str, str] = {}
    for name, encoder in encoders(device, settings).items():
        given = {each.partition(".")[2]: value for each, value in wanted.items() if each.startswith(f"{name}.")}
        if not given:
            continue
        try:
            set_encoder(device, encoder, _fitting(section, name, encoder, given))
        except OnvifError as error:
            if error.kind not in SOFT:
                raise
            refused |= {f"{name}.{each}": sentence_of(error) for each in given}
    return Written(refused)


def encoders(device: Device, settings: OnvifSettings) -> dict[str, Encoder]:
    """Of the streams that Eyrie takes, by their names. Raises OnvifError."""
    channel = channel_of(device, settings)
    taken: dict[str, Profile | None] = {"main": channel.main, "sub": channel.sub}
    return {name: encoder_of(device, one) for name, one in taken.items() if one is not None}


def _fields(stream: str, encoder: Encoder) -> list[Field]:
    now = str(encoder.values.get("encoding", ""))
    codecs = [*encoder.options, *([now] if now not in encoder.options else [])]
    made = []
    for name, title, kind, unit, hint in _FIELDS:
        value = encoder.values.get(name)
        field = Field(f"{stream}.{name}", title, kind, value, unit=unit, hint=hint, restarts=True)
        if name == "encoding":
            made.append(replace(field, limits=Limits(choices(codecs))))
            continue
        others = {codec: one for codec in codecs if (one := _limits(encoder, codec, name)) is not None}
        if others:
            made.append(replace(field, limits=others.get(now, Limits()), depends=f"{stream}.encoding", others=others))
        elif value is not None and kind is not Kind.BOOL:
            made.append(replace(field, kind=Kind.SHOWN, hint=""))
    return made


def _limits(encoder: Encoder, codec: str, name: str) -> Limits | None:
    """As the device tells them; where it does not, of a number that it has, any."""
    told = encoder.options.get(codec, {}).get(name)
    if told is not None:
        return told
    if name in ("fps", "bitrate"):
        return _ANY if name in encoder.values else None
    return _ANY if name == "gop" and codec in _GROUPED and "gop" in encoder.values else None


def _fitting(section: Section, stream: str, encoder: Encoder, given: Mapping[str, Value]) -> dict[str, Value | None]:
    """What to send: the values given, others where they must follow, None for what the codec has not."""
    after = {**section.values, **{f"{stream}.{name}": value for name, value in given.items()}}
    sent: dict[str, Value | None] = dict(given)
    for field in section.fields:
        name = field.short
        if field.group != stream or name in given or field.kind is Kind.SHOWN:
            continue
        limits, now = field.limits_with(after), encoder.values.get(name)
        if limits is None:
            if now is not None:
                sent[name] = None
        elif now is None:
            sent[name] = _first(name, limits, after.get(f"{stream}.fps"))
        elif not limits.holds(now):
            sent[name] = limits.nearest(now)
    return {name: value for name, value in sent.items() if value is not None or name in encoder.values}


def _first(name: str, limits: Limits, fps: Value | None) -> Value | None:
    """Of a setting that the codec before did not have."""
    if name == "gop":
        return limits.nearest(int(_GOP_S * float(fps or 15)))
    if limits.choices:
        known = [one.value for one in limits.choices]
        return "Main" if "Main" in known else known[0]
    return None
