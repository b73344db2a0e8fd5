"""Many cameras' sections seen as one: the fields that they share, and what a change would do to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from plugins.onvif.configuring.fitting import checked
from plugins.onvif.configuring.model import Field, Kind, Limits, Section, Value, WrongValues, same

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
    """One field of one camera. group: its group's title, empty where there is but one; before, after: as words."""

    field: str
    group: str
    title: str
    unit: str
    before: str
    after: str

    @property
    def called(self) -> str:
        """The field, for people."""
        return _called(self.group, self.title)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a camera does not take something. title: of the field that it is about, empty for all of it."""

    sentence: str
    group: str = ""
    title: str = ""

    @property
    def called(self) -> str:
        """The field, for people."""
        return _called(self.group, self.title)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of one camera. turns: none when it is so already. why_not: why nothing would be sent; refused:
    the same by field.
    """

    turns: tuple[Turn, ...] = ()
    why_not: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def fails(self) -> bool:
        """Whether the camera could not take it."""
        return bool(self.why_not or self.refused)


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
        for one in section.fields:
            if one.kind in _SETTABLE and not one.cuts:
                found.setdefault(one.name, []).append((section, one))
    return [_common(those) for those in found.values()]


def _common(those: Sequence[tuple[Section, Field]]) -> Common:
    section, first = those[0]
    limits = [taken for own, one in those if (taken := one.limits_with(own.values)) is not None]
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
        value=first.value if all(same(one.value, first.value) for _, one in those) else None,
        limits=shared,
        takers=tuple(sum(one.holds(choice.value) for one in limits) for choice in choices),
        restarts=any(one.restarts for _, one in those),
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
        return Outlook(refused=error.sentences)
    return Outlook(tuple(turns(section, {name: (section.values[name], value) for name, value in wanted.items()})))


def whys(section: Section | None, error: str, refused: Mapping[str, str]) -> list[Why]:
    """Why a camera does not take something, as people read it."""
    found = [Why(error)] if error else []
    for name, sentence in refused.items():
        one = section.field(name) if section else None
        found.append(Why(sentence, _above(section, one), one.title) if section and one else Why(sentence, "", name))
    return found


def turns(section: Section, changed: Mapping[str, Sequence[Value | None]]) -> list[Turn]:
    """Changes of fields as people read them."""
    found = []
    for name, (before, after) in changed.items():
        if (one := section.field(name)) is not None:
            words = _word(one, before), _word(one, after)
            found.append(Turn(name, _above(section, one), one.title, one.unit, *words))
    return found


def _word(about: Field, value: Value | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    return next((one.title for one in about.limits.choices if one.value == value), str(value))


def _called(group: str, title: str) -> str:
    return f"{group}: {title}" if group else title


def _above(section: Section, about: Field) -> str:
    return _group(section, about) if len(section.groups) > 1 else ""


def _group(section: Section, about: Field) -> str:
    return next((one.title for one in section.groups if one.name == about.group), "")
