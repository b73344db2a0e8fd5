"""Video encoders of a device by Media2, else Media 1: what they do, what they could do, and setting it.

Media2 writes the length of a group of pictures and the profile as attributes, Media 1 in an element for each codec; and
Media 1 knows H.265 and ranges of bit rates only in extensions of its options, at depths that differ between makers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import Media, Profile, encoding_of
from plugins.onvif.client.reading import Element, children, every, find, name_of, text
from plugins.onvif.client.reading import number as said_number
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.configuring.asking import SOFT, patience
from plugins.onvif.configuring.editing import copied, put, there, truth
from plugins.onvif.configuring.model import Limits, Value, choices, number

_CODECS = ("H264", "H265", "JPEG", "MPEG4")
_LENGTHS = ("H264", "MPEG4", "H265")  # elements of Media 1 that hold a group's length
_ORDER1 = (
    *("Name", "UseCount", "Encoding", "Resolution", "Quality", "RateControl", "MPEG4", "H264"),
    *("Multicast", "SessionTimeout"),
)
_ORDER2 = ("Name", "UseCount", "Encoding", "Resolution", "RateControl", "Multicast", "Quality")
_RATE = ("FrameRateLimit", "EncodingInterval", "BitrateLimit")

Settings = Mapping[str, Value | None]
"""Of one encoder: encoding, resolution, fps, bitrate (kbit/s), gop (pictures), profile, quality, constant."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """One video encoder configuration. said: as the device told it; words: what it calls each codec;
    options: limits by codec, then by setting.
    """

    service: Media
    said: Element
    values: Settings
    words: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Limits]] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """By which the device knows it."""
        return self.said.get("token") or ""


def encoder_of(device: Device, profile: Profile) -> Encoder:
    """The encoder of a profile, with its options as far as the device tells them. Raises OnvifError."""
    trouble: OnvifError | None = None
    for service in _services(device):
        try:
            said = _configuration(device, service, profile.encoder)
        except OnvifError as error:
            if error.kind not in SOFT:
                raise
            trouble = error
            continue
        if said is not None:
            words, options = _options(device, service, profile)
            return Encoder(service, said, _values(said, service), words, options)
    raise trouble or OnvifError("unsupported", "The device does not tell how it encodes.")


def set_encoder(device: Device, encoder: Encoder, values: Settings) -> None:
    """Have it encode with these values; those that are missing stay. Raises OnvifError."""
    try:
        _send(device, encoder, values)
    except OnvifError as error:
        other = _older(device, encoder, values) if error.kind == "unsupported" else None
        if other is None:
            raise
        _send(device, other, values)


def _send(device: Device, encoder: Encoder, values: Settings) -> None:
    namespace = NAMESPACES[encoder.service]
    wanted = copied(encoder.said, namespace, "Configuration")
    _put_common(wanted, encoder, values)
    parts = [wanted]
    if encoder.service == "media2":
        _put_attributes(wanted, values)
    else:
        _put_codec(wanted, values)
        parts.append(element(namespace, "ForcePersistence", "true"))
    _ask(device, encoder.service, "SetVideoEncoderConfiguration", *parts)


def _older(device: Device, encoder: Encoder, values: Settings) -> Encoder | None:
    """The same encoder by Media 1, where Media2 only tells: not for H.265, for which that has no word."""
    codec = values.get("encoding", encoder.values.get("encoding"))
    if encoder.service == "media" or codec == "H265" or not device.offers("media"):
        return None
    said = _configuration(device, "media", encoder.token)
    return None if said is None else Encoder("media", said, _values(said, "media"))


def _services(device: Device) -> list[Media]:
    known: tuple[Media, ...] = ("media2", "media")
    return [service for service in known if device.offers(service)]


def _configuration(device: Device, service: Media, token: str) -> Element | None:
    """By itself, or out of a profile where the device does not tell it singly."""
    try:
        answer = _ask(device, service, "GetVideoEncoderConfigurations")
        found = _of_token(children(answer, "Configurations"), token)
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        found = None
    if found is not None:
        return found
    request, name = ("VideoEncoder",) * 2 if service == "media2" else ("", "VideoEncoderConfiguration")
    answer = _ask(device, service, "GetProfiles", *([element(NAMESPACES[service], "Type", request)] if request else []))
    return _of_token(every(answer, name), token)


def _of_token(told: Iterable[Element], token: str) -> Element | None:
    return next((one for one in told if one.get("token") == token), None)


def _ask(device: Device, service: Media, operation: str, *content: Element) -> Element:
    return device.ask(service, element(NAMESPACES[service], operation, *content), deadline=patience(operation))


def _values(said: Element, service: Media) -> Settings:
    codec = encoding_of(text(said, "Encoding"))
    part = next((one for name in (codec, *_LENGTHS) for one in children(said, name)), None)
    interval = said_number(said, "RateControl", "EncodingInterval") or 1
    fps = said_number(said, "RateControl", "FrameRateLimit")
    wide, high = text(said, "Resolution", "Width"), text(said, "Resolution", "Height")
    rate = find(said, "RateControl")
    if service == "media2":
        gop, profile = _float(said.get("GovLength")), said.get("Profile") or ""
    else:
        gop, profile = said_number(part, "GovLength"), text(part, f"{codec}Profile")
    found: dict[str, Value | None] = {
        "encoding": codec,
        "resolution": f"{wide}x{high}" if wide and high else None,
        "fps": number(fps / interval) if fps else None,
        "bitrate": _maybe(said_number(said, "RateControl", "BitrateLimit")),
        "gop": _maybe(gop),
        "profile": profile,
        "quality": _maybe(said_number(said, "Quality")),
        "constant": truth(rate.get("ConstantBitRate")) if rate is not None and rate.get("ConstantBitRate") else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _options(device: Device, service: Media, profile: Profile) -> tuple[dict[str, str], dict[str, dict[str, Limits]]]:
    """What the device could do, by codec; nothing where it does not say."""
    namespace = NAMESPACES[service]
    tokens = (("ConfigurationToken", profile.encoder), ("ProfileToken", profile.token))
    about = [element(namespace, name, token) for name, token in tokens]
    try:
        answer = _ask(device, service, "GetVideoEncoderConfigurationOptions", *about)
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return {}, {}
    told = children(answer, "Options")
    return _options2(told) if service == "media2" else _options1(told)


def _options2(told: Iterable[Element]) -> tuple[dict[str, str], dict[str, dict[str, Limits]]]:
    words, found = {}, {}
    for one in told:
        word = text(one, "Encoding")
        codec = encoding_of(word)
        if not codec or codec in found:
            continue
        words[codec] = word
        rates = [number(rate) for rate in _floats(one.get("FrameRatesSupported"))]
        ends = _floats(one.get("GovLengthRange"))
        found[codec] = _kept(
            resolution=_sizes(children(one, "ResolutionsAvailable")),
            fps=Limits(choices(sorted(rates, reverse=True))) if rates else None,
            bitrate=_range(find(one, "BitrateRange")),
            gop=Limits(low=min(ends), high=max(ends), step=1) if ends and max(ends) > 0 else None,
            profile=_listed((one.get("ProfilesSupported") or "").split()),
            quality=_range(find(one, "QualityRange"), step=0),
            constant=Limits() if truth(one.get("ConstantBitRateSupported")) else None,
        )
    return words, found


def _options1(told: Iterable[Element]) -> tuple[dict[str, str], dict[str, dict[str, Limits]]]:
    """Every element named as a codec counts, however deep in extensions; the deepest tells most."""
    words: dict[str, str] = {}
    found: dict[str, dict[str, Limits]] = {}
    for one in told:
        quality = _range(find(one, "QualityRange"), step=0)
        for part in one.iter():
            codec = encoding_of(name_of(part).removesuffix("Options"))
            if codec not in _CODECS or not len(part):
                continue
            words.setdefault(codec, codec)
            names = [text(each) for each in part if name_of(each).endswith("ProfilesSupported")]
            found.setdefault(codec, {}).update(
                _kept(
                    resolution=_sizes(children(part, "ResolutionsAvailable")),
                    fps=_range(find(part, "FrameRateRange")),
                    bitrate=_range(find(part, "BitrateRange")),
                    gop=_range(find(part, "GovLengthRange")),
                    profile=_listed(names),
                    quality=quality,
                )
            )
    return words, found


def _put_common(wanted: Element, encoder: Encoder, values: Settings) -> None:
    order = _ORDER2 if encoder.service == "media2" else _ORDER1
    if "encoding" in values:
        codec = str(values["encoding"])
        put(wanted, "Encoding", encoder.words.get(codec, codec), order)
    if "resolution" in values:
        wide, _, high = str(values["resolution"]).partition("x")
        size = there(wanted, "Resolution", order)
        put(size, "Width", wide, ("Width", "Height"))
        put(size, "Height", high, ("Width", "Height"))
    if "quality" in values:
        put(wanted, "Quality", str(values["quality"]), order)
    if values.keys() & {"fps", "bitrate", "constant"}:
        _put_rate(there(wanted, "RateControl", order), encoder, values)


def _put_rate(rate: Element, encoder: Encoder, values: Settings) -> None:
    if "fps" in values:
        put(rate, "FrameRateLimit", str(values["fps"]), _RATE)
    if "bitrate" in values:
        put(rate, "BitrateLimit", str(values["bitrate"]), _RATE)
    if "constant" in values:
        rate.set("ConstantBitRate", "true" if values["constant"] else "false")
    if encoder.service == "media":
        for name in _RATE:  # all three are demanded; an interval above 1 would let pictures out
            known = text(rate, name)
            fallback = str(encoder.values.get({"FrameRateLimit": "fps", "BitrateLimit": "bitrate"}.get(name, ""), 1))
            put(rate, name, "1" if name == "EncodingInterval" and "fps" in values else known or fallback, _RATE)


def _put_attributes(wanted: Element, values: Settings) -> None:
    """Media2, 5.2.5. What a codec does not have must not stand there."""
    for setting, name in (("gop", "GovLength"), ("profile", "Profile")):
        if values.get(setting) is not None:
            wanted.set(name, str(values[setting]))
        elif setting in values:
            wanted.attrib.pop(name, None)


def _put_codec(wanted: Element, values: Settings) -> None:
    """Media 1: the length of groups and the profile stand in an element of the codec's name."""
    codec = encoding_of(text(wanted, "Encoding"))
    for name in _LENGTHS:
        if name != codec:
            for one in children(wanted, name):
                wanted.remove(one)
    if codec not in _LENGTHS or not values.keys() & {"gop", "profile", "encoding"}:
        return
    part = there(wanted, codec, (*_ORDER1[:8], codec, *_ORDER1[8:]) if codec not in _ORDER1 else _ORDER1)
    for setting, name in (("gop", "GovLength"), ("profile", f"{codec}Profile")):
        if values.get(setting) is not None:
            put(part, name, str(values[setting]), ("GovLength", f"{codec}Profile"))


def _sizes(told: Iterable[Element]) -> Limits | None:
    pairs = ((said_number(one, "Width"), said_number(one, "Height")) for one in told)
    sizes = {(int(wide), int(high)) for wide, high in pairs if wide and high}
    ordered = sorted(sizes, key=lambda size: (-size[0] * size[1], -size[0]))
    return Limits(choices([f"{wide}x{high}" for wide, high in ordered])) if ordered else None


def _range(told: Element | None, step: float = 1) -> Limits | None:
    """Nothing where both ends are the same nonsense, such as 0 and 0."""
    low, high = said_number(told, "Min"), said_number(told, "Max")
    if low is None or high is None or (low == high == 0):
        return None
    return Limits(low=number(min(low, high)), high=number(max(low, high)), step=step)


def _listed(names: Iterable[str]) -> Limits | None:
    known = [name for name in names if name]
    return Limits(choices(known)) if known else None


def _kept(**limits: Limits | None) -> dict[str, Limits]:
    return {name: one for name, one in limits.items() if one is not None}


def _floats(said: str | None) -> list[float]:
    return list(_numbers((said or "").replace(",", " ").split()))


def _numbers(words: Iterable[str]) -> Iterator[float]:
    for word in words:
        if (found := _float(word)) is not None:
            yield found


def _float(said: str | None) -> float | None:
    try:
        return float(said or "")
    except ValueError:
        return None


def _maybe(value: float | None) -> Value | None:
    return None if value is None else number(value)
