"""All sections of a camera: which there are, reading one, changing one and reading back what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.configuring import about, clock, imaging, network, streams, texts, users
from plugins.onvif.configuring.asking import SOFT
from plugins.onvif.configuring.fitting import check_form, checked
from plugins.onvif.configuring.model import (
    Act,
    Change,
    Kind,
    Section,
    Value,
    Wanted,
    Written,
    same,
    shown,
)
from plugins.onvif.devices import device_of
from plugins.onvif.settings import OnvifSettings

SETTLE_S = 1.0
"""Some devices take so long until they tell what they were told; asked once more after it when they do not yet."""


def _nothing(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """Of sections whose fields are only shown, so that none is ever wanted."""
    return Written()


@dataclass(frozen=True, slots=True)
class Part:
    """A section. write: sends values that were checked."""

    name: str
    title: str
    read: Callable[[Device, OnvifSettings], Section]
    write: Callable[[Device, OnvifSettings, Section, Wanted], Written] = _nothing
    act: Callable[[Device, OnvifSettings, Section, Act, Wanted], Written] | None = None


class Unconfirmed(Exception):
    """The camera may be out of reach after this, so that a person has to confirm it; one sentence."""


_PARTS = (
    Part(streams.NAME, streams.TITLE, streams.read, streams.write),
    Part(imaging.NAME, imaging.TITLE, imaging.read, imaging.write),
    Part(texts.NAME, texts.TITLE, texts.read, texts.write, texts.act),
    Part(clock.NAME, clock.TITLE, clock.read, clock.write, clock.act),
    Part(network.NAME, network.TITLE, network.read, network.write),
    Part(users.NAME, users.TITLE, users.read, users.write, users.act),
    Part(about.NAME, about.TITLE, about.read, act=about.act),
)
PARTS = {part.name: part for part in _PARTS}
"""By name, in the order of pages."""


def read(settings: OnvifSettings, section: str) -> Section:
    """As the device tells it now; one with `missing` when it does not tell it. Blocks for some calls.

    Raises OnvifError when the device is not there or lets us not in, and KeyError for a section that is none.
    """
    part = PARTS[section]
    try:
        return _read(settings, section)
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return Section(part.name, part.title, missing=_missing(error))


def _read(settings: OnvifSettings, section: str) -> Section:
    return PARTS[section].read(device_of(settings), settings)


def _missing(error: OnvifError) -> str:
    if error.kind == "unsupported":
        return "The camera does not offer this over ONVIF."
    return f"The camera does not tell these settings: {error}"


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
    check_form(chosen, values)
    written = part.act(device_of(settings), settings, before, chosen, values)
    return _read_back(settings, before, {}, written)


def _read_back(settings: OnvifSettings, before: Section, sent: Wanted, written: Written) -> Change:
    """What came of it, with a sentence about everything that is otherwise than it was asked."""
    if written.away:
        sent_only: dict[str, tuple[Value | None, Value | None]] = {
            name: (before.values.get(name), value) for name, value in sent.items()
        }
        return Change(before, sent_only, written.notes, written.refused, written.follow)
    now = OnvifSettings.model_validate(settings.model_dump() | dict(written.follow))
    after = _settled(now, before.name, sent)
    old, new = before.values, after.values
    pairs = {name: (old.get(name), new.get(name)) for name in {**old, **new}}
    facts = {one.name for one in after.fields if one.kind is Kind.SHOWN}
    changed = {name: pair for name, pair in pairs.items() if name not in facts and not same(*pair)}
    names = [name for name in dict.fromkeys([*sent, *changed]) if name not in written.refused]
    notes = [note for name in names if (note := _note(before, after, sent, name))]
    return Change(after, changed, (*written.notes, *notes), written.refused, written.follow)


def _note(before: Section, after: Section, sent: Wanted, name: str) -> str:
    """What a field became that it was not asked to; empty where there is nothing to tell."""
    field, was = after.field(name) or before.field(name), before.field(name)
    if field is None or field.kind is Kind.SECRET:
        return ""
    group = next((one.title for one in after.groups if one.name == field.group), "")
    got = shown(field, field.value)
    if name in sent:
        if same(field.value, sent[name]):
            return ""
        wanted = shown(field, sent[name])
        if len(after.groups) > 1 and group:
            return f"{field.title} ({group}): the camera set {got}, not {wanted}."
        return f"{field.title}: the camera set {got}, not {wanted}."
    if was is None or was.value is None or field.value is None or field.kind is Kind.SHOWN:
        return ""
    if len(after.groups) > 1 and group:
        return f"{field.title} ({group}): now {got}, before {shown(was, was.value)}."
    return f"{field.title}: now {got}, before {shown(was, was.value)}."


def _settled(settings: OnvifSettings, section: str, sent: Wanted) -> Section:
    """What the device tells once it has what it was sent, or has had the time to."""
    try:
        after = _read(settings, section)
    except OnvifError as error:
        if error.kind not in (*SOFT, "unreachable", "timeout"):
            raise
    else:
        if all(same(after.values.get(name), value) for name, value in sent.items()):
            return after
    time.sleep(SETTLE_S)
    return _read(settings, section)
