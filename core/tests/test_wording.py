"""Pydantic's errors in words: the field, the reason, the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, ValidationError, field_validator

from core.web.speech import said
from core.wording import first_said, first_wrong, wrong_fields


class Colour(StrEnum):
    RED = "red"
    DARK_RED = "dark red"


class Pan(BaseModel):
    op: Literal["pan"]
    to: int


class Tilt(BaseModel):
    op: Literal["tilt"]
    to: int


Turn = Annotated[Pan | Tilt, Field(discriminator="op")]


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    port: int = Field(1, ge=1, le=65535)
    name: str = "x"


class Door(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = Field(min_length=1)
    ports: list[Inner] = Field(default=[], max_length=2)
    secret: str = Field("long enough", min_length=8)

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        if "/" in value:
            raise ValueError("is no server name; write it without a path")
        if value == "localhost":
            raise ValueError("Eyrie is on localhost itself.")
        return value


def wrong(kind: Any, value: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (int, "seven", "is no whole number; give one, such as 5."),
        (int, 2.5, "is no whole number; give one, such as 5."),
        (int, None, "is no whole number; give one, such as 5."),
        (int, "9" * 5000, "is no whole number; give one, such as 5."),
        (float, "fast", "is no number; give one, such as 2.5."),
        (Annotated[float, Field(allow_inf_nan=False)], float("nan"), "is no number; give one, such as 2.5."),
        (Annotated[int, Field(gt=0)], 0, "is too small; give more than 0."),
        (Annotated[int, Field(ge=1)], 0, "is too small; give at least 1."),
        (Annotated[float, Field(lt=1)], 1.5, "is too large; give less than 1."),
        (Annotated[float, Field(lt=0.5)], 1.5, "is too large; give less than 0.5."),
        (Annotated[int, Field(le=65535)], 70000, "is too large; give at most 65535."),
        (Annotated[int, Field(multiple_of=5)], 7, "is between two steps; give a multiple of 5."),
        (bool, "maybe", "is neither true nor false; give one of them."),
        (bool, [], "is neither true nor false; give one of them."),
        (str, 5, "is no text; put it in quotes."),
        (Annotated[str, Field(min_length=1)], "", "is empty; fill it in."),
        (Annotated[str, Field(min_length=8)], "short", "is too short; give at least 8 characters."),
        (Annotated[str, Field(max_length=3)], "longer", "is too long; give at most 3 characters."),
        (Annotated[str, Field(pattern="^[a-z]+$")], "A", "is not written as it must be; make it match ^[a-z]+$."),
        (Annotated[list[int], Field(min_length=1)], [], "has too few entries; give at least 1."),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "has too many entries; give at most 1."),
        (list[int], "1", "is no list; give one in square brackets."),
        (dict[str, int], "1", "is no object; give one of names and values."),
        (Inner, "1", "is no object; give one of names and values."),
        (Literal["main", "sub", "both"], "third", "is none of the choices; choose from 'main', 'sub', 'both'."),
        (Literal["main"], "third", "is none of the choices; choose from 'main'."),
        (Colour, "blue", "is none of the choices; choose from 'red', 'dark red'."),
        (HttpUrl, "10.0.0.5", "is no address; give one such as https://example.org/."),
        (HttpUrl, "ftp://10.0.0.5", "does not begin as it must; choose from 'http', 'https'."),
        (date, "soon", "is no date; give one such as 2026-03-29."),
        (time, "soon", "is no time of day; give one such as 14:30."),
        (datetime, "soon", "is no time; give one such as 2026-03-29T14:30:00+02:00."),
        (AwareDatetime, "2026-03-29T14:30", "says no time zone; add one, such as Z or +02:00."),
        (
            Turn,
            {"op": "x"},
            "has an unknown 'op'; choose from 'pan', 'tilt'.",
        ),
        (Turn, {}, "does not say 'op'; add it."),
        (Callable[[], None], 5, "cannot be called; give a function."),
    ],
)
def test_each_kind_of_error_in_words(kind: Any, value: object, sentence: str) -> None:
    error = wrong(kind, value)
    assert first_wrong(error) == ("", sentence)
    assert first_said(error) == sentence
    assert said(sentence, "de") != sentence


def test_fields_are_named_with_their_place() -> None:
    error = wrong(Door, {"ports": [{"port": 1}, {"port": "x", "nmae": "y"}]})
    assert wrong_fields(error, "settings") == {
        "settings.host": "is missing; give a value.",
        "settings.ports.1.port": "is no whole number; give one, such as 5.",
        "settings.ports.1.nmae": "is not known here; correct its name, or leave it out.",
    }
    assert first_wrong(error) == ("host", "is missing; give a value.")
    assert first_said(error) == "host: is missing; give a value."
    assert said(first_said(error), "de") == "host: fehlt; geben Sie einen Wert an."
    near = wrong(Door, {"host": "a", "prots": [], "colour": "red", "ports": [{"prot": 1}]})
    assert wrong_fields(near, known=Door.model_fields) == {
        "ports.0.prot": "is not known here; correct its name, or leave it out.",
        "prots": "is not known here; did you mean ports?",
        "colour": "is not known here; correct its name, or leave it out.",
    }
    assert wrong_fields(wrong(Door, "x"), "settings") == {"settings": "is no object; give one of names and values."}


def test_a_models_own_words_stay_and_end_with_a_full_stop() -> None:
    assert first_said(wrong(Door, {"host": "a/b"})) == "host: is no server name; write it without a path."
    assert first_said(wrong(Door, {"host": "localhost"})) == "host: Eyrie is on localhost itself."


def test_members_of_a_union_are_left_out_and_their_sentences_joined() -> None:
    error = wrong(Inner | int, {"port": "x"})
    assert wrong_fields(error, without=("Inner", "int")) == {
        "port": "is no whole number; give one, such as 5.",
        "": "is no whole number; give one, such as 5.",
    }
    assert wrong_fields(wrong(int | bool, "x"), without=("int", "bool")) == {
        "": "is no whole number; give one, such as 5. is neither true nor false; give one of them."
    }


def test_what_has_no_words_here_is_pydantics_as_a_sentence() -> None:
    assert first_said(wrong(complex, [])).startswith("input should be a valid python complex object")
    assert first_said(wrong(complex, [])).endswith(".")


def test_no_sentence_repeats_the_value() -> None:
    assert "hunter2" not in repr(wrong_fields(wrong(Door, {"host": "a", "secret": "hunter2"})))
