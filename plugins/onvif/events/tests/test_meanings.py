"""What devices of several makes have been seen to send, in our own words, and what becomes of it."""

from __future__ import annotations

import pytest

from plugins.onvif.client.reading import parse
from plugins.onvif.events.meanings import Mapped, Reading, readings
from plugins.onvif.events.notices import Notice, notices_in, path_of


def message(
    topic: str, data: str, source: str = "", operation: str | None = "Changed", key: str = "", space: str = ""
) -> str:
    said = f' PropertyOperation="{operation}"' if operation else ""
    return (
        f'<wsnt:NotificationMessage><wsnt:Topic Dialect="d">{space}{topic}{space}</wsnt:Topic><wsnt:Message>'
        f'<tt:Message UtcTime="2026-01-01T00:00:00Z"{said}><tt:Source>{source}</tt:Source><tt:Key>{key}</tt:Key>'
        f"<tt:Data>{data}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


def item(name: str, value: str) -> str:
    return f'<tt:SimpleItem Name="{name}" Value="{value}"/>'


def heard(*messages: str) -> list[Notice]:
    spaces = 'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema"'
    root = parse(f"<a {spaces}>{''.join(messages)}</a>".encode())
    assert root is not None
    return notices_in(root)


def understood(*messages: str) -> list[Reading]:
    [notice] = heard(*messages)
    found = readings(notice)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("topic", "data", "type_name", "on", "attributes"),
    [
        ("tns1:RuleEngine/CellMotionDetector/Motion", ("IsMotion", "true"), "motion.detected", True, {}),
        ("tns1:RuleEngine/CellMotionDetector/Motion", ("ismotion", " 1 "), "motion.detected", True, {}),
        ("tns1:VideoSource/MotionAlarm", ("State", "false"), "motion.detected", False, {}),
        ("tns1:RuleEngine/tnsaxis:VMD3/vmd3_video_1", ("active", "0"), "motion.detected", False, {}),
        (
            "tnsaxis:CameraApplicationPlatform/VMD/Camera1Profile1",
            ("active", "1"),
            "motion.detected",
            True,
            {},
        ),
        ("tns1:VideoSource/ImageTooDark/ImagingService", ("State", "true"), "tamper.detected", True, {"kind": "dark"}),
        ("tns1:RuleEngine/TamperDetector/Tamper", ("IsTamper", "true"), "tamper.detected", True, {"kind": "tampered"}),
        ("tns1:VideoSource/SignalLoss", ("State", "1"), "tamper.detected", True, {"kind": "lost"}),
        ("tns1:RuleEngine/LineDetector/Crossed", ("ObjectId", "7"), "analytics.line_crossed", None, {}),
        ("tns1:RuleEngine/FieldDetector/ObjectsInside", ("IsInside", "true"), "analytics.intrusion", True, {}),
        (
            "tns1:RuleEngine/MyRuleDetector/PeopleDetect",
            ("State", "true"),
            "objects.seen",
            True,
            {"label": "person"},
        ),
        (
            "tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent",
            ("IsVehicle", "true"),
            "objects.seen",
            True,
            {"label": "vehicle"},
        ),
        (
            "tns1:RuleEngine/ObjectDetection/Object",
            ("ClassTypes", "Vehicle Human"),
            "objects.seen",
            True,
            {"label": "person"},
        ),
        ("tns1:RuleEngine/ObjectDetection/Object", ("ClassTypes", ""), "objects.seen", False, {"label": "object"}),
        ("tns1:AudioAnalytics/Audio/DetectedSound", ("isSoundDetected", "true"), "sound.detected", True, {}),
        (
            "tns1:Device/HardwareFailure/StorageFailure",
            ("Failed", "true"),
            "camera.storage_failed",
            True,
            {"what": "storage"},
        ),
    ],
)
def test_known_topics(topic: str, data: tuple[str, str], type_name: str, on: bool | None, attributes: dict) -> None:
    [found] = understood(message(topic, item(*data)))
    assert (found.type_name, found.on) == (type_name, on)
    assert found.attributes["source"] == "camera"
    assert attributes.items() <= found.attributes.items()


def test_names_come_from_source_and_rule() -> None:
    [found] = understood(
        message(
            "tns1:Device/Trigger/DigitalInput", item("LogicalState", "active"), item("InputToken", "DigitInputToken_2")
        )
    )
    assert (found.type_name, found.on, found.attributes["name"]) == ("io.input", True, "DigitInputToken_2")
    [found] = understood(
        message(
            "tns1:RuleEngine/LineDetector/Crossed",
            item("ObjectId", "3"),
            item("VideoSourceConfigurationToken", "vsc0") + item("Rule", "Gate"),
        )
    )
    assert (found.attributes["line"], found.video) == ("Gate", "vsc0")


def test_two_sources_are_two_states() -> None:
    one, other = (
        understood(message("tns1:VideoSource/MotionAlarm", item("State", "true"), item("Source", token)))[0]
        for token in ("a", "b")
    )
    assert one.about != other.about


@pytest.mark.parametrize(
    "topic", ["  tns1:VideoSource/MotionAlarm\n", "\n\ttns1:VideoSource/\n  MotionAlarm", "VideoSource/MotionAlarm"]
)
def test_blanks_and_prefixes_of_topics_do_not_count(topic: str) -> None:
    assert path_of(topic) == "VideoSource/MotionAlarm"


def test_empty_notifications_are_left_out_and_missing_operations_are_taken() -> None:
    found = heard(
        "<wsnt:NotificationMessage/>",
        "<wsnt:NotificationMessage><wsnt:Topic/></wsnt:NotificationMessage>",
        message("tns1:VideoSource/MotionAlarm", item("State", "true"), operation=None),
    )
    assert [(one.topic, one.operation) for one in found] == [("VideoSource/MotionAlarm", "")]


def test_what_nobody_knows_stays_unknown_and_a_value_that_is_none_says_nothing() -> None:
    [notice] = heard(message("tnsx:Weather/Gust", item("Strength", "7")))
    assert readings(notice) is None
    [notice] = heard(message("tns1:VideoSource/MotionAlarm", item("State", "perhaps")))
    assert readings(notice) == []


def test_what_people_mapped_goes_before() -> None:
    [gust] = heard(message("tnsx:Weather/Gust", item("Strength", "strong")))
    mapped = [Mapped("Weather/Gust", "Strength", "onvif.event", {"title": "Gust"}, "Strong")]
    [found] = readings(gust, mapped) or []
    assert (found.type_name, found.on, found.attributes["title"]) == ("onvif.event", True, "Gust")
    [calm] = heard(message("tnsx:Weather/Gust", item("Strength", "weak")))
    assert [one.on for one in readings(calm, mapped) or []] == [False]
    assert [one.on for one in readings(gust, [Mapped("Weather/Gust", "", "onvif.event")]) or []] == [None]
    [motion] = heard(message("tns1:VideoSource/MotionAlarm", item("State", "true")))
    assert readings(motion, [Mapped("VideoSource/MotionAlarm", "", "")]) == [], "no notice is taken of it"


def test_plates_and_the_like_are_read_out_of_element_items() -> None:
    plate = "<tt:PlateInfo><tt:PlateNumber>B EY 7</tt:PlateNumber></tt:PlateInfo>"
    inner = f'<tt:ElementItem Name="Plate">{plate}</tt:ElementItem>'
    [notice] = heard(message("tns1:RuleEngine/Recognition/LicensePlate", inner))
    assert notice.data == {"PlateNumber": "B EY 7"}


def test_a_message_of_many_items_is_bounded() -> None:
    [notice] = heard(message("x:A/B", "".join(item(f"n{n}", "v" * 1000) for n in range(500))))
    assert len(notice.data) == 40
    assert max(map(len, notice.data.values())) == 200
