"""All sections of a camera: which there are, reading one, changing one and reading back what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring import imaging, streams
from plugins.onvif.configuring.encoders import SOFT
from plugins.onvif.configuring.model import (
    Act,
    Change,
    Field,
    Kind,
    Section,
    Value,
    Wanted,
    Written,
    WrongValues,
    same,
    shown,
)
from plugins.onvif.devices import device_of
from plugins.onvif.settings import OnvifSettings

SETTLE_S = 1.0
"""Some devices take so long until they tell what they were told; asked once more after it when they do not yet."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section. write: sends values that were checked."""

    name: str
    title: str
    read: Callable[[Device, OnvifSettings], Section]
    write: Callable[[Device, OnvifSettings, Section, Wanted], Written]
    act: Callable[[Device, OnvifSettings, Section, Act, Wanted], Written] | None = None


class Unconfirmed(Exception):
    """The camera may be out of reach after this, so that a person has to confirm it; one sentence."""


_PARTS = (
    Part(streams.NAME, streams.TITLE, streams.read, streams.write),
    Part(imaging.NAME, imaging.TITLE, imaging.read, imaging.write),
)
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


def change(settings: OnvifSettings, section: str, values: Mapping[str, Value], *, confirmed: bool = False) -> Change:
    """Set these fields, and read back what the device made of it. What it has already is not sent.

    Blocks. Raises WrongValues when the device's options do not hold a value, and Unconfirmed when one may put the
    camera out of reach: nothing was sent then; OnvifError, after which some may have been set; KeyError for no section.
    """
    before = read(settings, section)
    wanted = checked(before, values)
    if not wanted:
        return Change(before, {})
    cutting = [one.title for one in before.fields if one.cuts and one.name in wanted]
    if cutting and not confirmed:
        raise Unconfirmed(f"The camera may be out of reach after this: {', '.join(cutting)}.")
    written = PARTS[section].write(device_of(settings), settings, before, wanted)
    sent = {name: value for name, value in wanted.items() if name not in written.refused}
    return _read_back(settings, before, sent, written)


def act(settings: OnvifSettings, section: str, name: str, values: Mapping[str, Value]) -> Change:
    """Do one of a section's acts. Blocks. Raises WrongValues, OnvifError, and KeyError for no section or act."""
    part, before = PARTS[section], read(settings, section)
    chosen = next((one for one in before.acts if one.name == name), None)
    if chosen is None or part.act is None:
        raise KeyError(name)
    _check_form(chosen, values)
    written = part.act(device_of(settings), settings, before, chosen, values)
    return _read_back(settings, before, {}, written)


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
    return {name: value for name, value in values.items() if not same(value, now[name])}


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


def _check_form(act: Act, values: Mapping[str, Value]) -> None:
    """Raises WrongValues for what is missing, too, unless another value makes it needless."""
    form = Section(act.name, act.title, fields=act.fields)
    needed = [one for one in act.fields if one.limits_with(values) is not None]
    missing = {one.name: "This is needed." for one in needed if values.get(one.name) in (None, "")}
    if missing:
        raise WrongValues(missing)
    checked(form, {name: value for name, value in values.items() if form.field(name) in (*needed, None)})


def _read_back(settings: OnvifSettings, before: Section, sent: Wanted, written: Written) -> Change:
    """What came of it, with a sentence about everything that is otherwise than it was asked."""
    if written.away:
        return Change(before, {}, written.notes, written.refused, written.follow)
    now = OnvifSettings.model_validate(settings.model_dump() | dict(written.follow))
    after = _settled(now, before.name, sent)
    old, new = before.values, after.values
    pairs = {name: (old.get(name), new.get(name)) for name in {**old, **new}}
    changed = {name: pair for name, pair in pairs.items() if not same(*pair)}
    names = [name for name in dict.fromkeys([*sent, *changed]) if name not in written.refused]
    notes = [note for name in names if (note := _note(before, after, sent, name))]
    return Change(after, changed, (*written.notes, *notes), written.refused, written.follow)


def _note(before: Section, after: Section, sent: Wanted, name: str) -> str:
    """What a field became that it was not asked to; empty where there is nothing to tell."""
    field, was = after.field(name) or before.field(name), before.field(name)
    if field is None or field.kind is Kind.SECRET:
        return ""
    if name in sent:
        if same(field.value, sent[name]):
            return ""
        return f"{_called(after, field)}: the camera set {shown(field, field.value)}, not {shown(field, sent[name])}."
    if was is None or was.value is None or field.value is None or field.kind is Kind.SHOWN:
        return ""
    return f"{_called(after, field)}: now {shown(field, field.value)}, before {shown(was, was.value)}."


def _settled(settings: OnvifSettings, section: str, sent: Wanted) -> Section:
    """What the device tells once it has what it was sent, or has had the time to."""
    for last in (False, True):
        try:
            after = read(settings, section)
        except OnvifError as error:
            if last or error.kind not in (*SOFT, "unreachable", "timeout"):
                raise
        else:
            if last or all(same(after.values.get(name), value) for name, value in sent.items()):
                return after
        time.sleep(SETTLE_S)
    raise AssertionError("the last round returns or raises")


def _called(section: Section, field: Field) -> str:
    group = next((one.title for one in section.groups if one.name == field.group), "")
    return f"{field.title} ({group})" if group and len(section.groups) > 1 else field.title
