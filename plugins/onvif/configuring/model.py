"""What a device lets one set, told alike for all its services: sections of fields with the device's own options.

A field's name is `<group>.<field>`, such as `main.fps`, and means the same on every device that has it: so that many
cameras can be changed at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

Value = str | int | float | bool
"""Of a field. Numbers without a fraction are int, so that they look on a page as people write them."""


PASSWORD = "password"  # noqa: S105 - the short name of every field that holds one


class Kind(StrEnum):
    """How a field is set. NUMBER may have choices too; SECRET is text that is never shown; SHOWN cannot be set."""

    CHOICE = "choice"
    NUMBER = "number"
    BOOL = "bool"
    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of field
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a device offers, and what it is called. word: by us, so that it is translated."""

    value: Value
    title: str
    word: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """Which values a device takes. choices: these alone; low, high: from, to, None where it does not say; step: of
    numbers, 0 for any; length: of texts, 0 where it does not say.
    """

    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float = 0
    length: int = 0

    def holds(self, value: Value) -> bool:
        """Whether the device takes the value."""
        if self.choices:
            return any(one.value == value for one in self.choices)
        if isinstance(value, str):
            return not self.length or len(value) <= self.length
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def nearest(self, value: Value) -> Value:
        """The value that the device takes and that is closest to this one."""
        if self.holds(value):
            return value
        if self.choices:
            return min((one.value for one in self.choices), key=lambda other: _apart(other, value))
        if isinstance(value, str):
            return value[: self.length]
        low, high = self.low, self.high
        return number(low if low is not None and value < low else high if high is not None else value)


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. value: None where the device does not tell it, and of a secret.

    depends: the field on whose value the limits depend; others: the limits by that field's values, of switches `true`
    and `false`; with a value that is missing there, there is no such setting. unit: shown behind the value. restarts:
    pictures stop for a moment when it is changed. cuts: the camera may be out of reach for Eyrie after that. hint: one
    sentence below the field.
    """

    name: str
    title: str
    kind: Kind
    value: Value | None
    limits: Limits = Limits()
    unit: str = ""
    depends: str = ""
    others: Mapping[str, Limits] = field(default_factory=dict)
    restarts: bool = False
    cuts: bool = False
    hint: str = ""

    @property
    def group(self) -> str:
        """The name of its group, which may be a token of the device with dots in it."""
        return self.name.rpartition(".")[0]

    @property
    def short(self) -> str:
        """Its name within the group."""
        return self.name.rpartition(".")[2]

    def limits_with(self, values: Mapping[str, Value | None]) -> Limits | None:
        """The limits when the section's fields have these values; None when there is no such setting then."""
        if not self.depends:
            return self.limits
        value = values.get(self.depends)
        return self.others.get(str(value).lower() if isinstance(value, bool) else str(value))


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, such as those of one stream or one user."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be done rather than set: restart, add a user. group: where it is offered, empty for the section.

    fields: what it asks for; confirm: the question before it is done, empty for none.
    """

    name: str
    title: str
    group: str = ""
    fields: tuple[Field, ...] = ()
    confirm: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One page of settings. missing: why there is nothing, in one sentence; notes: what is to be known of it."""

    name: str
    title: str
    groups: tuple[Group, ...] = ()
    fields: tuple[Field, ...] = ()
    acts: tuple[Act, ...] = ()
    missing: str = ""
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Value | None]:
        """Of its fields, by name."""
        return {one.name: one.value for one in self.fields}

    def field(self, name: str) -> Field | None:
        """The field of this name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Change:
    """What came of a change.

    section: as the device tells it now; changed: value before and after by field, whoever of us and the device changed
    it, or as it was sent to a device that cannot be asked now; notes: what the device made of it otherwise than it was
    asked, in sentences; refused: what it did not take, by field, in sentences; follow: what Eyrie must reach the device
    with from now on, as changes of OnvifSettings.
    """

    section: Section
    changed: Mapping[str, tuple[Value | None, Value | None]]
    notes: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    follow: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What a device answered to what it was sent: see Change. away: it cannot be asked what came of it now."""

    refused: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    follow: Mapping[str, Any] = field(default_factory=dict)
    away: bool = False


Wanted = Mapping[str, Value]
"""Values by field, checked, that differ from what the device has."""


class WrongValues(Exception):
    """Values that were not sent, since the device would not take them: a sentence by the field's name."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = dict(sentences)


def unless(switch: str, field: Field) -> Field:
    """A field that there is only while a switch is off."""
    return replace(field, depends=switch, others={"false": field.limits})


def number(value: float) -> int | float:
    """Without a fraction where it has none, and without what a device's single precision adds."""
    rounded = round(float(value), 4)
    return int(rounded) if rounded.is_integer() else rounded


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are one, however a device rounds it."""
    if isinstance(one, bool | str) or isinstance(other, bool | str) or one is None or other is None:
        return one == other
    return abs(one - other) <= 1e-3 * max(1.0, abs(one))


def choices(values: Sequence[Value]) -> tuple[Choice, ...]:
    """Values that are called as they are, each once."""
    return tuple(Choice(value, str(value), word=False) for value in dict.fromkeys(values))


def shown(one: Field, value: Value | None) -> str:
    """A value as a sentence tells it."""
    if value is None:
        return "nothing"
    known = next((choice.title for choice in one.limits.choices if choice.value == value), None)
    text = known or (("on" if value else "off") if isinstance(value, bool) else str(value))
    return f"{text} {one.unit}" if one.unit else text


def _apart(one: Value, other: Value) -> float:
    """How far two values are from each other: of sizes such as 640x360 their pixels, of other texts their names."""
    left, right = _measure(one), _measure(other)
    if left is not None and right is not None:
        return abs(left - right)
    return 0 if one == other else 1


def _measure(value: Value) -> float | None:
    if not isinstance(value, str):
        return float(value)
    wide, cross, high = value.partition("x")
    return float(wide) * float(high) if cross and wide.isdigit() and high.isdigit() else None
