"""What pydantic finds wrong, in sentences for people: the field, why its value does not fit, and what to do.

Pydantic speaks to who wrote the model ("Input should be a valid integer, unable to parse string as an integer"). Here
each of its kinds of errors is said as Eyrie says everything else: the field is the subject of the sentence. No sentence
repeats the value, which may be a secret.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def wrong_fields(
    error: ValidationError, *before: str, without: Collection[str] = (), known: Iterable[str] = ()
) -> dict[str, str]:
    """Field to what is wrong with it, such as `{"settings.url": "is missing; give a value."}`, in the model's order.

    before: what the fields' paths begin with; without: parts of paths that are left out, such as names of models that
    pydantic puts there for the members of a union; known: the model's fields, to tell what a wrong name was meant to
    be. Key "" is the whole, when nothing is before it.
    """
    fields: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        path = ".".join((*before, *(str(part) for part in one["loc"] if part not in without)))
        why = _meant(one, known) or _sentence(one)
        earlier = fields.get(path, why)
        fields[path] = why if earlier == why else f"{earlier} {why}"
    return fields


def first_wrong(error: ValidationError) -> tuple[str, str]:
    """The first wrong field and its sentence; the field is "" for the whole."""
    return next(iter(wrong_fields(error).items()))


def first_said(error: ValidationError) -> str:
    """The same as one text, such as `url: is missing; give a value.`"""
    return ": ".join(part for part in first_wrong(error) if part)


def _meant(one: ErrorDetails, known: Iterable[str]) -> str:
    if one["type"] != "extra_forbidden" or len(one["loc"]) > 1:
        return ""
    from difflib import get_close_matches

    near = get_close_matches(str(one["loc"][0]), list(known), 1)
    return f"is not known here; did you mean {near[0]}?" if near else ""


def _sentence(one: ErrorDetails) -> str:
    kind, context = one["type"], one.get("ctx", {})
    return (
        _of_presence(kind)
        or _of_number(kind, context)
        or _of_size(kind, context)
        or _of_choice(kind, context)
        or _of_shape(kind)
        or _of_text(kind, context)
        or _of_author(one)
    )


def _of_presence(kind: str) -> str:
    match kind:
        case "missing":
            return "is missing; give a value."
        case "extra_forbidden":
            return "is not known here; correct its name, or leave it out."
    return ""


def _of_number(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "int_type" | "int_parsing" | "int_parsing_size" | "int_from_float":
            return "is no whole number; give one, such as 5."
        case "float_type" | "float_parsing" | "decimal_type" | "decimal_parsing" | "finite_number":
            return "is no number; give one, such as 2.5."
        case "greater_than":
            return f"is too small; give more than {_limit(context['gt'])}."
        case "greater_than_equal":
            return f"is too small; give at least {_limit(context['ge'])}."
        case "less_than":
            return f"is too large; give less than {_limit(context['lt'])}."
        case "less_than_equal":
            return f"is too large; give at most {_limit(context['le'])}."
        case "multiple_of":
            return f"is between two steps; give a multiple of {context['multiple_of']}."
    return ""


def _limit(value: Any) -> str:
    """A limit as its model's writer wrote it: pydantic makes 1.0 of a number's 1."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _of_size(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "string_too_short" if context["min_length"] == 1:
            return "is empty; fill it in."
        case "string_too_short":
            return f"is too short; give at least {context['min_length']} characters."
        case "string_too_long":
            return f"is too long; give at most {context['max_length']} characters."
        case "too_short":
            return f"has too few entries; give at least {context['min_length']}."
        case "too_long":
            return f"has too many entries; give at most {context['max_length']}."
    return ""


def _of_choice(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "bool_type" | "bool_parsing":
            return "is neither true nor false; give one of them."
        case "literal_error" | "enum":
            return f"is none of the choices; choose from {_listed(context['expected'])}."
        case "union_tag_invalid":
            return f"has an unknown {context['discriminator']}; choose from {context['expected_tags']}."
        case "union_tag_not_found":
            return f"does not say {context['discriminator']}; add it."
    return ""


def _listed(choices: str) -> str:
    """Pydantic's 'a', 'b' or 'c' without its English word."""
    return ", ".join(choices.rsplit(" or ", 1))


def _of_shape(kind: str) -> str:
    match kind:
        case "string_type":
            return "is no text; put it in quotes."
        case "list_type" | "tuple_type" | "set_type" | "frozen_set_type":
            return "is no list; give one in square brackets."
        case "dict_type" | "mapping_type" | "model_type" | "model_attributes_type" | "dataclass_type":
            return "is no object; give one of names and values."
        case "callable_type":
            return "cannot be called; give a function."
    return ""


def _of_text(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "string_pattern_mismatch":
            return f"is not written as it must be; make it match {context['pattern']}."
        case "url_type" | "url_parsing" | "url_syntax_violation":
            return "is no address; give one such as https://example.org/."
        case "url_scheme":
            return f"does not begin as it must; choose from {_listed(context['expected_schemes'])}."
        case "date_type" | "date_parsing" | "date_from_datetime_parsing":
            return "is no date; give one such as 2026-03-29."
        case "time_type" | "time_parsing":
            return "is no time of day; give one such as 14:30."
        case "datetime_type" | "datetime_parsing" | "datetime_from_date_parsing" | "datetime_object_invalid":
            return "is no time; give one such as 2026-03-29T14:30:00+02:00."
        case "timezone_aware":
            return "says no time zone; add one, such as Z or +02:00."
    return ""


def _of_author(one: ErrorDetails) -> str:
    """What a model's own check says; for kinds that have no words here, pydantic's."""
    reason = one.get("ctx", {}).get("error")
    if one["type"] in ("value_error", "assertion_error") and reason is not None:
        text = str(reason)
    else:
        text = one["msg"][:1].lower() + one["msg"][1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
