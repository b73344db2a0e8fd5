"""What devices' topics mean: a table of those that are known, then what people have mapped themselves.

Topics and items of the ONVIF specification (Imaging 7.2, Analytics annex A, Device IO 6) and, beside them, what makers
of cameras have been seen to send instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from core.api import (
    BY_CAMERA,
    DOORBELL,
    HARDWARE_FAILED,
    INPUT_ACTIVE,
    INTRUSION,
    LINE_CROSSED,
    LOITERING,
    MOTION_DETECTED,
    OBJECT_LEFT,
    OBJECT_REMOVED,
    OBJECT_SEEN,
    OUTPUT_ACTIVE,
    SOUND_HEARD,
    STORAGE_FAILED,
    TAMPER_DETECTED,
)
from plugins.onvif.events.notices import Notice

ON = frozenset({"true", "1", "active", "on", "yes"})
OFF = frozenset({"false", "0", "inactive", "off", "no"})
PULSE = "pulse"
_VIDEO = ("videosourceconfigurationtoken", "videosourcetoken", "source", "videosource", "channel")
_LABELS = {"human": "person", "people": "person", "face": "face", "vehicle": "vehicle", "animal": "animal"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a notification says. about: which of several things of this kind; on: None for a mere moment.

    video: value of the item that names the picture it is about, empty when it is about none.
    """

    type_name: str
    about: str
    on: bool | None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    video: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of the table. topic: a path in which `*` stands for one part and a last `**` for any that follow.

    items: names of the data item that says it, the first that is there; PULSE when the notification alone says it.
    names: attributes that are taken from an item of source or key, the first that is there.
    """

    topic: str
    type_name: str
    items: tuple[str, ...] = ("State", "IsMotion", "active", "Value")
    attributes: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, topic: str) -> bool:
        """Whether it speaks of this topic."""
        return _pattern(self.topic).fullmatch(topic) is not None


_ZONE = {"zone": ("Rule", "RuleName")}
_LINE = {"line": ("Rule", "RuleName", "LineName")}
_NAME = {"name": ("InputToken", "RelayToken", "Token", "port", "Index", "AlarmInputId")}


def _tamper(topic: str, kind: str) -> Meaning:
    return Meaning(topic, TAMPER_DETECTED.name, ("State", "IsTamper", "tampering"), {"kind": kind})


def _object(topic: str, label: str, *items: str) -> Meaning:
    return Meaning(topic, OBJECT_SEEN.name, items or ("State",), {"label": label})


TABLE: tuple[Meaning, ...] = (
    Meaning("RuleEngine/CellMotionDetector/Motion", MOTION_DETECTED.name, ("IsMotion", "State"), names=_ZONE),
    Meaning("RuleEngine/CellMotionDetector/LineCross", LINE_CROSSED.name, ("IsLineCross",), names=_LINE),
    Meaning("RuleEngine/CellMotionDetector/Intrusion", INTRUSION.name, ("IsIntrusion",), names=_ZONE),
    _object("RuleEngine/CellMotionDetector/People", "person", "IsPeople"),
    _tamper("RuleEngine/CellMotionDetector/Tamper", "tampered"),
    Meaning("RuleEngine/MotionRegionDetector/Motion", MOTION_DETECTED.name, ("State", "IsMotion"), names=_ZONE),
    Meaning("VideoSource/MotionAlarm", MOTION_DETECTED.name, ("State", "IsMotion")),
    Meaning("VideoAnalytics/MotionDetection", MOTION_DETECTED.name, ("State", "Motion")),
    Meaning("VideoAnalytics/Motion", MOTION_DETECTED.name, ("State", "IsMotion")),
    Meaning("CameraApplicationPlatform/VMD/**", MOTION_DETECTED.name, ("active",)),
    Meaning("CameraApplicationPlatform/ObjectAnalytics/**", INTRUSION.name, ("active",), names=_ZONE),
    Meaning("RuleEngine/VMD3/**", MOTION_DETECTED.name, ("active",)),
    Meaning("VideoAnalytics/VMD/**", MOTION_DETECTED.name, ("active", "State")),
    _tamper("VideoSource/GlobalSceneChange/*", "moved"),
    _tamper("VideoSource/ImageTooDark/*", "dark"),
    _tamper("VideoSource/ImageTooBright/*", "bright"),
    _tamper("VideoSource/ImageTooBlurry/*", "defocused"),
    _tamper("VideoSource/SignalLoss", "lost"),
    _tamper("VideoSource/SignalLoss/*", "lost"),
    _tamper("VideoSource/Tampering", "tampered"),
    _tamper("VideoSource/Alarm/*", "tampered"),
    _tamper("RuleEngine/TamperDetector/Tamper", "tampered"),
    Meaning("VideoSource/Tampering/*", TAMPER_DETECTED.name, (PULSE,), {"kind": "tampered"}),
    Meaning("Device/Trigger/DigitalInput", INPUT_ACTIVE.name, ("LogicalState", "State"), names=_NAME),
    Meaning("Device/IO/Port", INPUT_ACTIVE.name, ("state",), names=_NAME),
    Meaning("Device/IO/VirtualInput", INPUT_ACTIVE.name, ("active",), names=_NAME),
    Meaning("IO/Port", INPUT_ACTIVE.name, ("state",), names=_NAME),
    Meaning("AlarmIn", INPUT_ACTIVE.name, ("State", "state", "LogicalState"), names=_NAME),
    Meaning("Device/Trigger/Relay", OUTPUT_ACTIVE.name, ("LogicalState", "State"), names=_NAME),
    Meaning("RuleEngine/LineDetector/*", LINE_CROSSED.name, (PULSE,), names=_LINE),
    Meaning("RuleEngine/FieldDetector/ObjectsInside", INTRUSION.name, ("IsInside",), names=_ZONE),
    Meaning("RuleEngine/LoiteringDetector/ObjectIsLoitering", LOITERING.name, ("IsLoitering", PULSE), names=_ZONE),
    Meaning("RuleEngine/*/ObjectAbandoned", OBJECT_LEFT.name, ("State", PULSE), names=_ZONE),
    Meaning("RuleEngine/*/ObjectRemoved", OBJECT_REMOVED.name, ("State", PULSE), names=_ZONE),
    _object("RuleEngine/MyRuleDetector/PeopleDetect", "person"),
    _object("RuleEngine/MyRuleDetector/VehicleDetect", "vehicle"),
    _object("RuleEngine/MyRuleDetector/DogCatDetect", "animal"),
    _object("RuleEngine/MyRuleDetector/FaceDetect", "face"),
    _object("RuleEngine/MyRuleDetector/Package", "package"),
    Meaning("RuleEngine/MyRuleDetector/Visitor", DOORBELL.name, ("State",), {"name": "visitor"}),
    _object("RuleEngine/TPSmartEventDetector/TPSmartEvent", "person", "IsPeople"),
    _object("RuleEngine/TPSmartEventDetector/TPSmartEvent", "vehicle", "IsVehicle"),
    _object("RuleEngine/TPSmartEventDetector/TPSmartEvent", "animal", "IsPet"),
    _object("RuleEngine/PeopleDetector/People", "person", "IsPeople"),
    _object("RuleEngine/VehicleDetector/Vehicle", "vehicle", "IsVehicle"),
    _object("UserAlarm/IVA/HumanShapeDetect", "person"),
    Meaning(
        "AudioAnalytics/Audio/DetectedSound", SOUND_HEARD.name, ("isSoundDetected", "State"), names={"kind": ("UUID",)}
    ),
    Meaning("AudioSource/TriggerLevel", SOUND_HEARD.name, ("triggered",)),
    Meaning("Device/HardwareFailure/StorageFailure", STORAGE_FAILED.name, ("Failed",), {"what": "storage"}),
    Meaning("Device/HardwareFailure/FanFailure", HARDWARE_FAILED.name, ("Failed",), {"what": "fan"}),
    Meaning("Device/HardwareFailure/PowerSupplyFailure", HARDWARE_FAILED.name, ("Failed",), {"what": "power supply"}),
    Meaning("Device/HardwareFailure/TemperatureCritical", HARDWARE_FAILED.name, ("Critical",), {"what": "temperature"}),
)
_CLASSES = ("RuleEngine/ObjectDetection/Object", "RuleEngine/ObjectDetection/**")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a person made of a topic. item: the data item that says it, empty for a mere moment; on_value: the value
    that begins, empty for the usual ones; type_name: empty to take no notice of the topic.
    """

    topic: str
    item: str
    type_name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    on_value: str = ""


def readings(notice: Notice, mapped: Sequence[Mapped] = ()) -> list[Reading] | None:
    """What a notification says; None when nobody knows what its topic means. What people mapped goes before."""
    own = [one for one in mapped if one.topic == notice.topic]
    if own:
        return [found for one in own if (found := _by_hand(notice, one)) is not None]
    if any(_pattern(topic).fullmatch(notice.topic) for topic in _CLASSES):
        return _classes(notice)
    fitting = [one for one in TABLE if one.fits(notice.topic)]
    return [found for one in fitting if (found := _read(notice, one)) is not None] if fitting else None


def _read(notice: Notice, meaning: Meaning) -> Reading | None:
    for item in meaning.items:
        if item == PULSE:
            return _reading(notice, meaning.type_name, None, _attributes(notice, meaning))
        value = value_of(notice.data, item)
        if value is not None and (on := _truth(value)) is not None:
            return _reading(notice, meaning.type_name, on, _attributes(notice, meaning), item)
    return None


def _by_hand(notice: Notice, one: Mapped) -> Reading | None:
    if not one.type_name:
        return None
    if not one.item:
        return _reading(notice, one.type_name, None, one.attributes)
    value = value_of(notice.data, one.item)
    if value is None:
        return None
    on = value.lower() == one.on_value.lower() if one.on_value else _truth(value)
    return None if on is None else _reading(notice, one.type_name, on, one.attributes, one.item)


def _classes(notice: Notice) -> list[Reading]:
    """`ClassTypes` lists the kinds of objects that are in sight; an empty list says that none is any more."""
    value = value_of(notice.data, "ClassTypes")
    if value is None:
        return []
    labels = sorted({_LABELS.get(word.lower(), word.lower()) for word in re.split(r"[\s,;]+", value) if word})
    attributes = {"label": labels[0] if labels else "object"}
    return [_reading(notice, OBJECT_SEEN.name, bool(labels), attributes, "ClassTypes")]


def _reading(notice: Notice, type_name: str, on: bool | None, attributes: Mapping[str, Any], item: str = "") -> Reading:
    about = ";".join(f"{name}={value}" for name, value in sorted({**notice.source, **notice.key}.items()))
    video = next((value for name, value in notice.source.items() if name.lower() in _VIDEO), "")
    told = {"source": BY_CAMERA, **attributes}
    return Reading(type_name, f"{notice.topic}|{item}|{about}"[:400], on, told, video)


def _attributes(notice: Notice, meaning: Meaning) -> dict[str, Any]:
    found = dict(meaning.attributes)
    for attribute, items in meaning.names.items():
        values = (value_of({**notice.source, **notice.key, **notice.data}, item) for item in items)
        found[attribute] = next((value for value in values if value), found.get(attribute, ""))
    return found


def value_of(items: Mapping[str, str], name: str) -> str | None:
    """The value of an item, whatever the case of its name."""
    wanted = name.lower()
    return next((value for item, value in items.items() if item.lower() == wanted), None)


def _truth(value: str) -> bool | None:
    word = value.strip().lower()
    return True if word in ON else False if word in OFF else None


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    return re.compile("/".join(_parts(topic)))


def _parts(topic: str) -> Iterator[str]:
    for part in topic.split("/"):
        yield ".+" if part == "**" else "[^/]+" if part == "*" else re.escape(part)
