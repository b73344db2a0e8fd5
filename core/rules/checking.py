"""Rules are checked when they are saved, against what core and the loaded plugins declare at that moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from core.calendar.hours import Span
from core.cameras.groups import groups
from core.cameras.queries import cameras
from core.events.external import type_named
from core.hookspecs.actions import ActionSpec
from core.hookspecs.events import EventTypeSpec
from core.pluginhost import UnknownName, host
from core.rules import conditions, templates
from core.rules.arming import modes
from core.rules.definition import Action, Definition
from core.rules.fields import common_fields
from core.rules.surroundings import calendar
from core.rules.zones import carries_zones
from core.system.secrets import keep_secrets, opened, seal
from core.wording import first_said, wrong_fields


class RuleError(ValueError):
    """A rule cannot be saved. fields: sentence by field, such as `actions.0.settings.url`."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule found right. stored: as it is kept, secrets sealed."""

    definition: Definition
    stored: dict[str, Any]


def checked(given: dict[str, Any], before: Definition | None = None) -> Checked:
    """A rule as people give it; secrets that come masked stay those of `before`. Raises RuleError."""
    definition = parsed(given)
    fields = _wrong(definition)
    models = []
    for number, action in enumerate(definition.actions):
        kept = before.actions[number] if before and number < len(before.actions) else None
        try:
            models.append(_settings(action, kept if kept and kept.name == action.name else None))
        except ValidationError as error:
            fields |= wrong_fields(error, "actions", str(number), "settings")
        except UnknownName as error:
            fields[f"actions.{number}.name"] = str(error)
        else:
            fields |= _wrong_templates(f"actions.{number}.settings", models[-1], definition)
    if fields:
        raise RuleError(fields)
    sealed = [
        Action(name=one.name, settings=seal(model)) for one, model in zip(definition.actions, models, strict=True)
    ]
    stored = definition.model_copy(update={"actions": sealed})
    return Checked(stored, stored.model_dump(mode="json", by_alias=True))


def parsed(given: dict[str, Any]) -> Definition:
    """The definition that JSON says. Raises RuleError."""
    try:
        return Definition.model_validate(given)
    except ValidationError as error:
        raise RuleError({name or "definition": why for name, why in _said(error).items()}) from None


class Problem(str):
    """Why a stored rule does not do all that it says; one sentence."""

    __slots__ = ()


def problems(definition: Definition) -> list[str]:
    """Why a stored rule does not do all that it says: what it needs is gone or has changed. One sentence each."""
    also = definition.also.types if definition.also else []
    found: list[str] = [
        Problem(f"Nothing tells of {name!r} any more; switch its plugin on, or choose other events.")
        for name in dict.fromkeys([*definition.types, *also])
        if not _is_type(name)
    ]
    if not found:
        found += [f"{name}: {why}" for name, why in _wrong(definition).items()]
    for action in definition.actions:
        try:
            spec = host().registry.get(ActionSpec, action.name)
            spec.settings.model_validate(opened(action.settings))
        except UnknownName:
            found.append(
                Problem(f"No plugin offers the action {action.name!r} now; switch its plugin on, or take it out.")
            )
        except ValidationError as error:
            found.append(Problem(f"The settings of the action {action.name!r} no longer fit: {first_said(error)}"))
    return found


def _is_type(name: str) -> bool:
    try:
        type_named(name)
    except UnknownName:
        return False
    return True


def specs_of(types: Iterable[str]) -> list[EventTypeSpec]:
    """Declarations of kinds of events. Raises UnknownName."""
    return [type_named(name) for name in types]


def template_names(specs: Iterable[EventTypeSpec]) -> list[str]:
    """Names that templates may use about events of these kinds."""
    attributes = {f"event.attributes.{name}" for spec in specs for name in spec.attributes.model_fields}
    return [*templates.NAMES, *sorted(attributes)]


def _wrong(definition: Definition) -> dict[str, str]:
    try:
        about = specs_of(definition.types)
    except UnknownName as error:
        return {"types": str(error)}
    fields = {}
    if sentence := conditions.wrong(definition.condition, common_fields(about)):
        fields["condition"] = sentence
    if definition.zones and not any(map(carries_zones, about)):
        fields["zones"] = "events of these kinds say no zone; take the zones away, or choose other events."
    if definition.also is not None:
        try:
            also = specs_of(definition.also.types)
        except UnknownName as error:
            return fields | {"also.types": str(error)}
        if sentence := conditions.wrong(definition.also.condition, common_fields(also)):
            fields["also.condition"] = sentence
        if definition.also.absent and definition.also.either_order:
            fields["also.either_order"] = "does not go with absent: what has not come yet may still come."
    known = set(cameras().values_list("pk", flat=True))
    if missing := sorted(set(definition.cameras) - known):
        fields["cameras"] = f"there is no camera {missing[0]}."
    if missing := sorted(set(definition.groups) - set(groups().values_list("pk", flat=True))):
        fields["groups"] = f"there is no group {missing[0]}."
    if unknown := sorted(set(definition.modes) - set(modes())):
        fields["modes"] = f"{unknown[0]!r} is no mode; there are {', '.join(modes())}."
    if sentence := _wrong_hours(definition.hours):
        fields["hours"] = sentence
    return fields


def _wrong_hours(spans: Iterable[Span]) -> str:
    if any(span.needs_sun() for span in spans) and calendar().place is None:
        return "sunrise and sunset need the site's place; give its latitude and longitude in System, Site and storage."
    return ""


def _settings(action: Action, before: Action | None) -> BaseModel:
    spec = host().registry.get(ActionSpec, action.name)
    values = action.settings
    if before is not None:
        stored = spec.settings.model_validate(opened(before.settings))
        values = keep_secrets(stored, values)
    return spec.settings.model_validate(values)


def _wrong_templates(place: str, settings: BaseModel, definition: Definition) -> dict[str, str]:
    try:
        names = template_names(specs_of(definition.types))
    except UnknownName:
        return {}  # told of already
    fields = {}
    for name in templates.template_fields(type(settings)):
        for text in templates.texts_of(getattr(settings, name)):
            if sentence := templates.wrong(text, names):
                fields[f"{place}.{name}"] = sentence
    return fields


def _said(error: ValidationError) -> dict[str, str]:
    """Where in the JSON, without the names of our own models between, and what is wrong there."""
    return wrong_fields(error, without=("Comparison", "All", "AnyOf", "Not"))
