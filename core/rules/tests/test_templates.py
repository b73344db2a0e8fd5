"""Templates: what is refused, what comes out."""

import json

import pytest
from pydantic import BaseModel, Field

from core.rules.templates import NAMES, rendered, rendered_settings, template_fields, wrong

KNOWN = [*NAMES, "event.attributes.plate"]
VALUES = {
    "camera": "Gate {{ site }}",
    "event.attributes.plate": 'A"1',
    "event": {"id": 7},
    "event.end": None,
    "event.id": 7,
}


class Message(BaseModel):
    text: str = Field("", json_schema_extra={"template": True})
    headers: dict[str, str] = Field(default_factory=dict, json_schema_extra={"template": True})
    plain: str = ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plate {{ event.attributes.plate }} at {{camera}}.", 'Plate A"1 at Gate {{ site }}.'),
        ('{"plate": {{ event.attributes.plate | json }}}', '{"plate": "A\\"1"}'),
        ("{{ event.end }}|{{ event.end|json }}|{{ event.id }}", "|null|7"),
        ("{ no } {place}", "{ no } {place}"),
    ],
)
def test_values_take_their_places(text: str, expected: str) -> None:
    assert wrong(text, KNOWN) == ""
    assert rendered(text, VALUES) == expected


def test_the_whole_event_as_json() -> None:
    assert json.loads(rendered("{{ event | json }}", VALUES)) == {"id": 7}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ event.attributes.colour }}", "'event.attributes.colour' is not there; there are camera, event"),
        ("{{ camera.__class__ }}", "is not there"),
        ("{{ 7 * 7 }}", "is no name in braces"),
        ("{{ camera | upper }}", "there is only json"),
        ("{{ event }}", "is written as {{ event | json }}"),
        ("x" * 20_001, "more than 20000"),
    ],
)
def test_what_is_not_there_is_refused(text: str, sentence: str) -> None:
    assert sentence in wrong(text, KNOWN)


def test_only_marked_fields_are_templates() -> None:
    assert template_fields(Message) == ["text", "headers"]
    given = Message(text="{{ event.id }}", headers={"X-Plate": "{{ event.attributes.plate }}"}, plain="{{ event.id }}")
    assert rendered_settings(given, VALUES) == Message(text="7", headers={"X-Plate": 'A"1'}, plain="{{ event.id }}")
    assert given.text == "{{ event.id }}"
