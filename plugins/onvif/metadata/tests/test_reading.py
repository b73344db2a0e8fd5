"""Objects of metadata frames, in fractions of the picture."""

from __future__ import annotations

import pytest

from core.api import SeenObject
from plugins.onvif.metadata.reading import told_in

HEAD = '<?xml version="1.0" encoding="UTF-8"?><tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>'
TAIL = "</tt:VideoAnalytics></tt:MetadataStream>"


def frames_in(data: bytes) -> list[tuple[SeenObject, ...]]:
    return told_in(data).frames


def document(*objects: str, before: str = "") -> bytes:
    return f'{HEAD}<tt:Frame UtcTime="2026-01-01T00:00:00Z">{before}{"".join(objects)}</tt:Frame>{TAIL}'.encode()


def thing(box: str, more: str = "", before: str = "") -> str:
    shape = f"<tt:Shape><tt:BoundingBox {box}/></tt:Shape>"
    return f'<tt:Object ObjectId="1"><tt:Appearance>{before}{shape}{more}</tt:Appearance></tt:Object>'


BOX = 'left="-0.5" top="0.5" right="0.5" bottom="-0.5"'


def test_boxes_are_fractions_of_the_picture() -> None:
    [[one]] = frames_in(document(thing(BOX)))
    assert one.box == pytest.approx((0.25, 0.25, 0.5, 0.5))
    assert one.label == "object"


def test_transformations_place_what_is_in_other_units() -> None:
    moved = '<tt:Translate x="-1.0" y="-1.0"/><tt:Scale x="0.003125" y="0.00416667"/>'
    placed = f"<tt:Transformation>{moved}</tt:Transformation>"
    [[one]] = frames_in(document(thing('left="0" top="480" right="320" bottom="240"'), before=placed))
    assert one.box == pytest.approx((0.0, 0.0, 0.5, 0.5), abs=0.001)


@pytest.mark.parametrize(
    ("more", "label", "score"),
    [
        ('<tt:Class><tt:Type Likelihood="0.9">Human</tt:Type></tt:Class>', "person", 0.9),
        ('<tt:Class><tt:Type Likelihood="0.2">Vehicle</tt:Type></tt:Class>', "vehicle", 0.6),
        (
            "<tt:Class><tt:ClassCandidate><tt:Type>Animal</tt:Type><tt:Likelihood>0.7</tt:Likelihood>"
            "</tt:ClassCandidate><tt:ClassCandidate><tt:Type>Vehical</tt:Type><tt:Likelihood>0.8</tt:Likelihood>"
            "</tt:ClassCandidate></tt:Class>",
            "vehicle",
            0.8,
        ),
        ("<tt:HumanFace/>", "face", 1.0),
    ],
)
def test_kinds(more: str, label: str, score: float) -> None:
    [[one]] = frames_in(document(thing(BOX, more)))
    assert (one.label, one.score) == (label, pytest.approx(score))


def test_plates_are_read() -> None:
    plate = "<tt:LicensePlateInfo><tt:PlateNumber>B EY 7</tt:PlateNumber></tt:LicensePlateInfo>"
    [[one]] = frames_in(document(thing(BOX, plate)))
    assert (one.label, one.text) == ("plate", "B EY 7")


def test_a_frame_without_objects_says_that_nothing_is_seen() -> None:
    assert frames_in(document()) == [()]


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x00\x01", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_nonsense_has_no_frames(data: bytes) -> None:
    assert frames_in(data) == []


@pytest.mark.parametrize(
    "box", ['left="0"', 'left="a" top="b" right="c" bottom="d"', 'left="1" top="1" right="1" bottom="1"']
)
def test_boxes_that_are_none_are_left_out(box: str) -> None:
    assert frames_in(document(thing(box))) == [()]


def test_objects_are_bounded() -> None:
    [found] = frames_in(document(*[thing(BOX)] * 500))
    assert len(found) == 100


def test_events_are_told_beside_frames() -> None:
    items = (
        '<tt:Source><tt:SimpleItem Name="Rule" Value="r"/></tt:Source>'
        '<tt:Data><tt:SimpleItem Name="State" Value="true"/></tt:Data>'
    )
    message = f'<tt:Message UtcTime="2026-01-01T00:00:01Z" PropertyOperation="Changed">{items}</tt:Message>'
    event = (
        '<tt:Event xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics">'
        "<wsnt:NotificationMessage><wsnt:Topic>tns1:RuleEngine/FieldDetector/ObjectsInside</wsnt:Topic>"
        f"<wsnt:Message>{message}</wsnt:Message></wsnt:NotificationMessage></tt:Event>"
    )
    told = told_in(document(thing(BOX)).replace(b"</tt:MetadataStream>", event.encode() + b"</tt:MetadataStream>"))
    assert len(told.frames) == 1
    [notice] = told.notices
    assert (notice.topic, notice.operation) == ("RuleEngine/FieldDetector/ObjectsInside", "Changed")
    assert (dict(notice.source), dict(notice.data)) == ({"Rule": "r"}, {"State": "true"})
    assert told_in(document(thing(BOX))).notices == told_in(b"nonsense").notices == []
