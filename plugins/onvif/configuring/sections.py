"""All sections of a camera: which there are, reading one, changing one and reading back what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring import streams
from plugins.onvif.configuring.encoders import SOFT
from plugins.onvif.configuring.model import Change, Field, Kind, Section, Value, WrongValues, shown
from plugins.onvif.devices import device_of
from plugins.onvif.settings import OnvifSettings

SETTLE_S = 1.0
"""Some devices take so long until they tell what they were told; asked once more after it when they do not yet."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section. write: sends values that were checked; returns what the device refused, by field."""

    name: str
    title: str
    read: Callable[[Device, OnvifSettings], Section]
    write: Callable[[Device, OnvifSettings, Section, Mapping[str, Value]], Mapping[str, str]]


_PARTS = (Part(streams.NAME, streams.TITLE, streams.read, streams.write),)
PARTS = {part.name: part for part in _PARTS}
"""By name, in the order of pages."""


def read(settings: OnvifSettings, section: str) -> Section:
    """As the device tells it now; one with `missing` when it does not offer it. Blocks for some calls.

    Raises OnvifError, and KeyError for a section that is none.
    """
    part = PARTS[section]
    try:
        return part.read(device_of(settings), settings)
    except OnvifError as error:
        if error.kind != "unsupported":
            raise
        return Section(part.name, part.title, missing="The camera does not offer this over ONVIF.")


def change(settings: OnvifSettings, section: str, values: Mapping[str, Value]) -> Change:
    """Set these fields, and read back what the device made of it. What it has already is not sent.

    Blocks. Raises WrongValues when the device's options do not hold a value, and nothing was sent then; OnvifError,
    after which some may have been set; KeyError for a section that is none.
    """
    before = read(settings, section)
    wanted = checked(before, values)
    if not wanted:
        return Change(before, {})
    refused = PARTS[section].write(device_of(settings), settings, before, wanted)
    sent = {name: value for name, value in wanted.items() if name not in refused}
    return outcome(before, _settled(settings, section, sent), sent, refused)


def checked(section: Section, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that differ from what the device has. Raises WrongValues for those that it would not take."""
    wrong: dict[str, str] = {}
    after: dict[str, Value | None] = {**section.values, **values}
    for name, value in values.items():
        field = section.field(name)
        if field is None or field.kind is Kind.SHOWN:
            wrong[name] = "This cannot be set on the camera."
        elif why := why_not(field, value, after):
            wrong[name] = why
    if wrong:
        raise WrongValues(wrong)
    now = section.values
    return {name: value for name, value in values.items() if value != now[name]}


def why_not(field: Field, value: Value, after: Mapping[str, Value | None]) -> str:
    """Why the device would not take a value, with the section's values as they will be; empty when it would."""
    limits = field.limits_with(after)
    if limits is None:
        return f"The camera has no such setting with {after.get(field.depends)}."
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {Kind.BOOL: isinstance(value, bool), Kind.NUMBER: numeric}.get(field.kind, isinstance(value, str))
    if fits and limits.holds(value):
        return ""
    return f"The camera takes {limits.told(field.unit)} here."


def outcome(before: Section, after: Section, sent: Mapping[str, Value], refused: Mapping[str, str]) -> Change:
    """What came of it, with a sentence about everything that is otherwise than it was asked."""
    old, new = before.values, after.values
    changed = {name: (old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}
    notes = []
    for name in dict.fromkeys([*sent, *changed]):
        field = after.field(name) or before.field(name)
        if field is None or field.kind is Kind.SECRET or name in refused:
            continue
        got = new.get(name)
        if name in sent and got != sent[name]:
            told = f"the camera set {shown(field, got)} instead of {shown(field, sent[name])}."
            notes.append(f"{_called(after, field)}: {told}")
        elif name not in sent and name in changed and got is not None and old.get(name) is not None:
            notes.append(f"{_called(after, field)}: now {shown(field, got)}, before {shown(field, old[name])}.")
    return Change(after, changed, tuple(notes), refused)


def _settled(settings: OnvifSettings, section: str, sent: Mapping[str, Value]) -> Section:
    """What the device tells once it has what it was sent, or has had the time to."""
    for last in (False, True):
        try:
            after = read(settings, section)
        except OnvifError as error:
            if last or error.kind not in (*SOFT, "unreachable", "timeout"):
                raise
        else:
            if last or all(after.values.get(name) == value for name, value in sent.items()):
                return after
        time.sleep(SETTLE_S)
    raise AssertionError("the last round returns or raises")


def _called(section: Section, field: Field) -> str:
    group = next((one.title for one in section.groups if one.name == field.group), "")
    return f"{field.title} ({group})" if group and len(section.groups) > 1 else field.title
