"""Whether a device would take what somebody wants, before it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from plugins.onvif.configuring.model import Act, Field, Kind, Limits, Section, Value, WrongValues, same


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


def check_form(act: Act, values: Mapping[str, Value]) -> None:
    """The same for what an act asks for: all of it, unless another value makes it needless. Raises WrongValues."""
    form = Section(act.name, act.title, fields=act.fields)
    needed = [one for one in act.fields if one.limits_with(values) is not None]
    missing = {one.name: "This is needed." for one in needed if values.get(one.name) in (None, "")}
    if missing:
        raise WrongValues(missing)
    checked(form, {name: value for name, value in values.items() if form.field(name) in (*needed, None)})


def why_not(field: Field, value: Value, after: Mapping[str, Value | None]) -> str:
    """Why the device would not take a value, with the section's values as they will be; empty when it would."""
    limits = field.limits_with(after)
    if limits is None:
        return f"The camera has no such setting with {after.get(field.depends)}."
    if field.kind is Kind.BOOL:
        return "" if isinstance(value, bool) else "This is on or off: give true or false."
    if field.kind is Kind.NUMBER and (isinstance(value, str | bool)):
        return "The camera takes a number here."
    if field.kind in (Kind.TEXT, Kind.SECRET) and not isinstance(value, str):
        return "The camera takes text here."
    return "" if limits.holds(value) else _takes(limits)


def _takes(limits: Limits) -> str:
    if limits.choices:
        return f"The camera takes one of these here: {', '.join(one.title for one in limits.choices)}."
    if limits.length:
        return f"The camera takes at most {limits.length} characters here."
    if limits.low is not None and limits.high is not None:
        return f"The camera takes {limits.low:g} to {limits.high:g} here."
    return f"The camera takes at least {limits.low:g} here." if limits.low is not None else ""
