"""The section of texts on the picture (ONVIF Media 1, 5.17; Media2, 5.12): both generations write them alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import Media
from plugins.onvif.client.reading import Element, children, every, find, text
from plugins.onvif.client.reading import number as said_number
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.configuring.asking import SOFT, patience, refusals
from plugins.onvif.configuring.channel import channel_of
from plugins.onvif.configuring.editing import SCHEMA, copied, drop, put, there
from plugins.onvif.configuring.model import (
    Act,
    Choice,
    Field,
    Group,
    Kind,
    Limits,
    Section,
    Value,
    Wanted,
    Written,
    WrongValues,
    choices,
    number,
)
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "text", "Text on the picture"
_KINDS = {"Plain": "Text", "Date": "Date", "Time": "Time", "DateAndTime": "Date and time"}
_PLACES = {
    "UpperLeft": "Top left",
    "UpperRight": "Top right",
    "LowerLeft": "Bottom left",
    "LowerRight": "Bottom right",
    "Custom": "At a point",
}
_ORDER = ("VideoSourceConfigurationToken", "Type", "Position", "TextString", "Image", "Extension")
_TEXT = ("Type", "DateFormat", "TimeFormat", "FontSize", "FontColor", "BackgroundColor", "PlainText", "Extension")
_FORMATS = (("date", "Date format", "DateFormat", "Date"), ("time", "Time format", "TimeFormat", "Time"))
_ACROSS = Limits(low=-1, high=1)


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a device shows. told: its options, None where it does not say; most: how many fit, 0 where unknown."""

    service: Media
    framing: str
    known: tuple[Element, ...]
    told: Element | None
    most: int

    def ask(self, device: Device, operation: str, *content: Element) -> Element:
        """Of the service that knows them."""
        request = element(NAMESPACES[self.service], operation, *content)
        return device.ask(self.service, request, deadline=patience(operation))


def read(device: Device, settings: OnvifSettings) -> Section:
    """GetOSDs and GetOSDOptions. Raises OnvifError."""
    texts = _texts(device, settings)
    groups, fields, acts = [], [], []
    for place, one in enumerate(texts.known, 1):
        group = f"osd-{one.get('token', '')}"
        groups.append(Group(group, f"Text {place}" if text(one, "Type") != "Image" else f"Image {place}"))
        fields += _fields(group, one, texts.told)
        gone = "It disappears from the picture."
        acts.append(Act(f"remove:{one.get('token', '')}", "Remove", group, confirm=gone, danger=True))
    if not texts.most or len(texts.known) < texts.most:
        acts.append(Act("add", "Add text", fields=tuple(_fields("new", None, texts.told))))
    missing = "" if groups else "There is no text on the picture."
    return Section(NAME, TITLE, tuple(groups), tuple(fields), tuple(acts), missing)


def write(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """SetOSD for each that changes. Raises OnvifError."""
    texts = _texts(device, settings)
    refused: dict[str, str] = {}
    for one in texts.known:
        group = f"osd-{one.get('token', '')}"
        mine = {name: value for name, value in wanted.items() if name.rpartition(".")[0] == group}
        if mine:
            after = {**section.values, **mine}
            values = {name.rpartition(".")[2]: after[name] for name in after if name.rpartition(".")[0] == group}
            changed = copied(one, NAMESPACES[texts.service], "OSD")
            _put(changed, values, texts.told)
            refused |= refusals(mine, partial(texts.ask, device, "SetOSD", changed))
    return Written(refused)


def act(device: Device, settings: OnvifSettings, section: Section, chosen: Act, values: Wanted) -> Written:
    """CreateOSD or DeleteOSD. Raises OnvifError, and WrongValues for what the device refuses."""
    texts = _texts(device, settings)
    namespace = NAMESPACES[texts.service]
    what, _, token = chosen.name.partition(":")
    if what == "add":
        made = element(namespace, "OSD", element(SCHEMA, "VideoSourceConfigurationToken", texts.framing), token="")
        put(made, "Type", "Text", _ORDER)
        _put(made, {name.rpartition(".")[2]: value for name, value in values.items()}, texts.told)
        refused = refusals(["new.kind"], partial(texts.ask, device, "CreateOSD", made))
    else:
        refused = refusals([""], partial(texts.ask, device, "DeleteOSD", element(namespace, "OSDToken", token)))
    if refused:
        raise WrongValues(refused)
    return Written()


def _texts(device: Device, settings: OnvifSettings) -> _Texts:
    framing = channel_of(device, settings).main.framing
    trouble: OnvifError | None = None
    services: tuple[Media, ...] = ("media2", "media")
    for service in services:
        if not device.offers(service):
            continue
        about = element(NAMESPACES[service], "ConfigurationToken", framing)
        texts = _Texts(service, framing, (), None, 0)
        try:
            told = children(texts.ask(device, "GetOSDs", about), "OSDs")
        except OnvifError as error:
            if error.kind not in SOFT:
                raise
            trouble = error
            continue
        mine = tuple(one for one in told if text(one, "VideoSourceConfigurationToken") in ("", framing))
        return _with_options(device, replace(texts, known=mine))
    raise trouble or OnvifError("unsupported", "The device shows no texts.")


def _with_options(device: Device, texts: _Texts) -> _Texts:
    about = element(NAMESPACES[texts.service], "ConfigurationToken", texts.framing)
    try:
        told = find(texts.ask(device, "GetOSDOptions", about), "OSDOptions")
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return texts
    most = next(every(told, "MaximumNumberOfOSDs"), None) if told is not None else None
    said = (most.get("Total") or "") if most is not None else ""
    return replace(texts, told=told, most=int(said) if said.isdigit() else 0)


def _fields(group: str, one: Element | None, told: Element | None) -> list[Field]:
    """Of one text, or of one that is to be added."""
    place, style = find(one, "Position"), find(one, "TextString")
    options = find(told, "TextOption")
    where = text(place, "Type") or None
    fields = [Field(f"{group}.place", "Place", Kind.CHOICE, where, _offered(told, "PositionOption", _PLACES, where))]
    point = find(place, "Pos")
    for name, title in (("x", "Right of the middle"), ("y", "Above the middle")):
        value = _float(point.get(name) if point is not None else None)
        fields.append(_only(Field(f"{group}.{name}", title, Kind.NUMBER, value, _ACROSS), f"{group}.place", ["Custom"]))
    if one is not None and style is None:
        return fields
    kind = text(style, "Type") or None
    kinds = _offered(options, "Type", _KINDS, kind)
    fields.insert(0, Field(f"{group}.kind", "Shows", Kind.CHOICE, kind, kinds))
    plain = Field(f"{group}.text", "Text", Kind.TEXT, text(style, "PlainText") or None, Limits(length=200))
    fields.insert(1, _only(plain, f"{group}.kind", ["Plain"]))
    if one is None:
        return fields
    fields += _formats(group, style, options)
    size = said_number(style, "FontSize")
    span = find(options, "FontSizeRange")
    low, high = said_number(span, "Min"), said_number(span, "Max")
    if size is not None and low is not None and high is not None:
        limits = Limits(low=number(low), high=number(high), step=1)
        fields.append(Field(f"{group}.size", "Size", Kind.NUMBER, number(size), limits))
    return fields


def _formats(group: str, style: Element | None, options: Element | None) -> list[Field]:
    found = []
    for name, title, tag, kind in _FORMATS:
        known = [text(one) for one in children(options, tag)]
        value = text(style, tag) or None
        if known:
            limits = Limits(choices([*known, *([value] if value else [])]))
            field = Field(f"{group}.{name}", title, Kind.CHOICE, value, limits)
            found.append(_only(field, f"{group}.kind", [kind, "DateAndTime"]))
    return found


def _offered(told: Element | None, name: str, titles: dict[str, str], value: str | None) -> Limits:
    known = [text(one) for one in children(told, name)] or list(titles)
    names = dict.fromkeys([*known, *([value] if value else [])])
    return Limits(tuple(Choice(one, titles.get(one, one)) for one in names if one))


def _only(field: Field, depends: str, values: Iterable[str]) -> Field:
    return replace(field, depends=depends, others=dict.fromkeys(values, field.limits))


def _put(osd: Element, values: dict[str, Value | None], told: Element | None) -> None:
    """values: by short names. What the kind of text has no use for goes."""
    position = there(osd, "Position", _ORDER)
    put(position, "Type", str(values.get("place") or "UpperLeft"), ("Type", "Pos"))
    if values.get("place") == "Custom":
        point = there(position, "Pos", ("Type", "Pos"))
        for name in ("x", "y"):
            point.set(name, str(values.get(name) or 0))
    else:
        drop(position, "Pos")
    if "kind" not in values:
        return
    style, kind = there(osd, "TextString", _ORDER), str(values["kind"])
    put(style, "Type", kind, _TEXT)
    if kind == "Plain":
        put(style, "PlainText", str(values.get("text") or ""), _TEXT)
    else:
        drop(style, "PlainText")
    for name, _, tag, needed in _FORMATS:
        chosen = str(values.get(name) or text(find(told, "TextOption"), tag))
        if kind not in (needed, "DateAndTime"):
            drop(style, tag)
        elif chosen:
            put(style, tag, chosen, _TEXT)
    if values.get("size") is not None:
        put(style, "FontSize", str(values["size"]), _TEXT)


def _float(said: str | None) -> Value | None:
    try:
        return number(float(said or ""))
    except ValueError:
        return None
