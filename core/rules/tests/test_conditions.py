"""Conditions: what is refused, what matches."""

from enum import StrEnum

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from core.hookspecs.events import Event, EventTypeSpec, SeenObject
from core.rules.conditions import compiled, wrong
from core.rules.definition import Condition
from core.rules.fields import common_fields, fields_of

CONDITIONS: TypeAdapter[Condition] = TypeAdapter(Condition)


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Plate(BaseModel):
    plate: str = Field("", title="Plate")
    score: float | None = None
    lane: int = 0
    known: bool = False
    side: Side = Side.LEFT
    tags: list[str] = []
    box: tuple[float, float] | None = None


SPEC = EventTypeSpec("lpr.plate_read", "Plate read", Plate)
EVENT = Event(
    1,
    "lpr.plate_read",
    1,
    0,
    None,
    {"plate": "ZH 123", "score": 0.9, "lane": 2, "known": False, "side": "left", "tags": ["Staff", "van"]},
    (SeenObject("car", 0.8), SeenObject("person", 0.4)),
)


def asked(field: str, op: str, value: object) -> dict:
    return {"field": field, "op": op, "value": value}


def matches(tree: dict, event: Event = EVENT) -> bool:
    condition = CONDITIONS.validate_python(tree)
    assert wrong(condition, fields_of(SPEC)) == ""
    return compiled(condition)(event)


def test_fields_come_from_the_model() -> None:
    kinds = {name: field.kind for name, field in fields_of(SPEC).items()}
    assert kinds == {
        "attributes.plate": "text",
        "attributes.score": "number",
        "attributes.lane": "number",
        "attributes.known": "boolean",
        "attributes.side": "choice",
        "attributes.tags": "list",
        "object.label": "text",
        "object.score": "number",
    }
    assert fields_of(SPEC)["attributes.side"].choices == ("left", "right")


def test_a_field_that_two_kinds_of_events_mean_differently_is_left_out() -> None:
    class Other(BaseModel):
        plate: int
        speed: float

    found = common_fields([SPEC, EventTypeSpec("x.y", "X", Other)])
    assert "attributes.plate" not in found
    assert {"attributes.speed", "attributes.lane"} <= set(found)


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("attributes.plate", "eq", "zh 123", True),
        ("attributes.plate", "ne", "ZH 123", False),
        ("attributes.plate", "in", ["BE 1", "zh 123"], True),
        ("attributes.plate", "contains", "h 1", True),
        ("attributes.plate", "matches", "ZH*3", True),
        ("attributes.plate", "matches", "ZH ?", False),
        ("attributes.plate", "matches", "[A-Z]*", False),
        ("attributes.score", "ge", 0.9, True),
        ("attributes.score", "gt", 0.9, False),
        ("attributes.score", "between", [0.5, 1], True),
        ("attributes.lane", "eq", 2, True),
        ("attributes.lane", "lt", 2, False),
        ("attributes.known", "eq", False, True),
        ("attributes.side", "in", ["right"], False),
        ("attributes.tags", "contains", "staff", True),
        ("object.label", "eq", "person", True),
        ("object.label", "ne", "person", False),
        ("object.score", "gt", 0.85, False),
    ],
)
def test_comparisons(field: str, op: str, value: object, expected: bool) -> None:
    assert matches(asked(field, op, value)) is expected


def test_what_an_event_does_not_say_matches_nothing() -> None:
    silent = Event(2, "lpr.plate_read", 1, 0, None, {"score": None})
    for tree in (asked("attributes.score", "lt", 5), asked("attributes.plate", "ne", "x")):
        assert not matches(tree, silent)
    assert matches({"not": asked("attributes.plate", "eq", "x")}, silent)


def test_all_any_and_not_nest() -> None:
    car, lane9 = asked("object.label", "eq", "car"), asked("attributes.lane", "eq", 9)
    assert matches({"all": [car, {"not": lane9}]})
    assert not matches({"all": [car, lane9]})
    assert matches({"any": [lane9, {"all": [car]}]})
    assert not matches({"any": []})
    assert matches({"all": []})


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (
            asked("attributes.colour", "eq", "red"),
            "'attributes.colour' is no field of these events; there are attributes",
        ),
        (asked("attributes.plate", "lt", "a"), "'lt' is no comparison of a text; give eq, ne"),
        (asked("attributes.lane", "eq", "two"), "'two' is no number"),
        (asked("attributes.lane", "between", [1]), "two numbers"),
        (asked("attributes.lane", "eq", True), "True is no number"),
        (asked("attributes.known", "eq", "yes"), "neither true nor false"),
        (asked("attributes.side", "eq", "above"), "none of left, right"),
        (asked("attributes.plate", "in", []), "takes a list"),
        (asked("attributes.plate", "eq", "x" * 501), "no text of at most"),
        ({"not": {"not": {"not": {"not": {"not": {"not": asked("attributes.lane", "eq", 1)}}}}}}, "levels"),
        ({"all": [asked("attributes.lane", "eq", 1)] * 100}, "more than 100 parts"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(tree: dict, sentence: str) -> None:
    assert sentence in wrong(CONDITIONS.validate_python(tree), fields_of(SPEC))


def test_a_wild_pattern_takes_no_time() -> None:
    long = Event(1, "lpr.plate_read", 1, 0, None, {"plate": "a" * 400})
    assert not matches(asked("attributes.plate", "matches", "*a" * 200 + "b"), long)
