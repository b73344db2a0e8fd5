"""Many cameras' sections seen as one: the fields that they share, and what a change would do to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from plugins.onvif.configuring.model import Field, Kind, Limits, Section, Value, WrongValues, same, shown
from plugins.onvif.configuring.sections import checked

_SECTION = TypeAdapter(Section)
_SETTABLE = (Kind.CHOICE, Kind.NUMBER, Kind.BOOL, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Common:
    """A field that several cameras have. group: its group's title; cameras: how many have it; value: what it is on all
    of them, None where they differ. limits: what at least one of them takes; takers: how many take each choice.
    """

    name: str
    title: str
    group: str
    kind: Kind
    unit: str
    cameras: int
    value: Value | None
    limits: Limits
    takers: tuple[int, ...]
    restarts: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One field of one camera: from, to, as people read it."""

    field: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of one camera. turns: none when it is so already; why_not: nothing would be sent then."""

    turns: tuple[Turn, ...] = ()
    why_not: str = ""


def kept(section: Section) -> Any:
    """As JSON."""
    return _SECTION.dump_python(section, mode="json")


def recalled(data: Any) -> Section:
    """The section that was kept."""
    return _SECTION.validate_python(data)


def common_fields(sections: Sequence[Section]) -> list[Common]:
    """Fields that may be set on several cameras at once, in the order of the first that has them.

    What could cut Eyrie off from a camera and passwords are left out: these are set camera by camera.
    """
    found: dict[str, list[tuple[Section, Field]]] = {}
    for section in sections:
        for field in section.fields:
            if field.kind in _SETTABLE and not field.cuts:
                found.setdefault(field.name, []).append((section, field))
    return [_common(those) for those in found.values()]


def _common(those: Sequence[tuple[Section, Field]]) -> Common:
    section, first = those[0]
    limits = [one for own, field in those if (one := field.limits_with(own.values)) is not None]
    choices = tuple({choice.value: choice for one in limits for choice in one.choices}.values())
    shared = Limits(
        choices,
        low=_outermost(min, [one.low for one in limits]),
        high=_outermost(max, [one.high for one in limits]),
        step=max((one.step for one in limits), default=0),
        length=max((one.length for one in limits), default=0),
    )
    return Common(
        name=first.name,
        title=first.title,
        group=_group(section, first),
        kind=first.kind,
        unit=first.unit,
        cameras=len(those),
        value=first.value if all(same(field.value, first.value) for _, field in those) else None,
        limits=shared,
        takers=tuple(sum(one.holds(choice.value) for one in limits) for choice in choices),
        restarts=any(field.restarts for _, field in those),
        hint=first.hint,
    )


def _outermost(which: Callable[[list[float]], float], ends: Sequence[float | None]) -> float | None:
    """The end of all ranges; None where one of them has none."""
    known = [end for end in ends if end is not None]
    return which(known) if known and len(known) == len(ends) else None


def outlook(section: Section, values: Mapping[str, Value]) -> Outlook:
    """What setting these values would do to a camera that has this section."""
    if section.missing:
        return Outlook(why_not=section.missing)
    try:
        wanted = checked(section, values)
    except WrongValues as error:
        told = (f"{called(section, name)}: {sentence}" for name, sentence in error.sentences.items())
        return Outlook(why_not=" ".join(told))
    pairs = {name: (section.values[name], value) for name, value in wanted.items()}
    return Outlook(tuple(turns(section, pairs)))


def turns(section: Section, changed: Mapping[str, Sequence[Value | None]]) -> list[Turn]:
    """Changes of fields as people read them."""
    found = []
    for name, (before, after) in changed.items():
        field = section.field(name)
        told = [shown(field, value) if field else str(value) for value in (before, after)]
        found.append(Turn(name, called(section, name), *told))
    return found


def called(section: Section, name: str) -> str:
    """A field's name for people."""
    field = section.field(name)
    if field is None:
        return name
    group = _group(section, field)
    return f"{group}: {field.title}" if group and len(section.groups) > 1 else field.title


def _group(section: Section, field: Field) -> str:
    return next((one.title for one in section.groups if one.name == field.group), "")
