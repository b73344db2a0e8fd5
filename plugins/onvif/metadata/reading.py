"""Documents of a metadata stream (tt:MetadataStream; ONVIF Analytics 5.3): objects and their boxes, and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.api import SeenObject
from plugins.onvif.client.reading import Element, children, every, find, name_of, number, parse, text
from plugins.onvif.events.notices import Notice, notices_in

MOST_OBJECTS = 100
SURE = 0.6
"""A likelihood says how sure the kind is, not whether something is there: the camera has decided that."""
_LABELS = {
    "human": "person",
    "humanbody": "person",
    "person": "person",
    "people": "person",
    "humanface": "face",
    "face": "face",
    "vehicle": "vehicle",
    "vehical": "vehicle",  # as the schema itself spelled it until 2019
    "car": "car",
    "bike": "bicycle",
    "bicycle": "bicycle",
    "motorcycle": "motorcycle",
    "licenseplate": "plate",
    "animal": "animal",
}
_CONTENT = (
    ("HumanFace", "face"),
    ("HumanBody", "person"),
    ("LicensePlateInfo", "plate"),
    ("VehicleInfo", "vehicle"),
)
_Box = tuple[float, float, float, float]
_Map = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Told:
    """What a document tells. frames: the objects of each; an empty one says that nothing is seen."""

    frames: list[tuple[SeenObject, ...]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def told_in(document: bytes) -> Told:
    """Nonsense tells nothing."""
    root = parse(document)
    if root is None:
        return Told()
    return Told([tuple(_objects(frame)) for frame in every(root, "Frame")], notices_in(root))


def _objects(frame: Element) -> Iterator[SeenObject]:
    """Deleted ones come in another element and are left out by not being there."""
    placed = _transformation(find(frame, "Transformation"), (1.0, 1.0, 0.0, 0.0))
    for one in children(frame, "Object")[:MOST_OBJECTS]:
        appearance = find(one, "Appearance")
        if appearance is None:
            continue
        own = _transformation(find(appearance, "Transformation"), placed)
        box = _box(find(appearance, "Shape", "BoundingBox"), own)
        if box is not None:
            label, score = _class(appearance)
            yield SeenObject(label, score, box, text=_plate(appearance))


def _transformation(element: Element | None, outer: _Map) -> _Map:
    """Scale and translation into the frame's own coordinates, which reach from -1 to 1 (5.1.1)."""
    if element is None:
        return outer
    scale, shift = find(element, "Scale"), find(element, "Translate")
    sx, sy = _pair(scale, 1.0)
    tx, ty = _pair(shift, 0.0)
    return outer[0] * sx, outer[1] * sy, outer[0] * tx + outer[2], outer[1] * ty + outer[3]


def _pair(element: Element | None, usual: float) -> tuple[float, float]:
    return _value(element, "x", usual), _value(element, "y", usual)


def _value(element: Element | None, name: str, usual: float) -> float:
    try:
        return float((element.get(name) if element is not None else None) or usual)
    except ValueError:
        return usual


def _box(element: Element | None, placed: _Map) -> _Box | None:
    """Left, top, width and height as fractions of the picture, from ONVIF's coordinates with y upwards."""
    if element is None or any(element.get(side) is None for side in ("left", "top", "right", "bottom")):
        return None
    nan = float("nan")
    across = sorted(_value(element, side, nan) * placed[0] + placed[2] for side in ("left", "right"))
    upwards = sorted(_value(element, side, nan) * placed[1] + placed[3] for side in ("bottom", "top"))
    left, right = (max(0.0, min(1.0, (value + 1) / 2)) for value in across)
    top, bottom = (max(0.0, min(1.0, (1 - value) / 2)) for value in reversed(upwards))
    if not (right > left and bottom > top):
        return None
    return left, top, right - left, bottom - top


def _class(appearance: Element) -> tuple[str, float]:
    """The likeliest class: Type with a Likelihood (since 17.12), else ClassCandidate."""
    found = find(appearance, "Class")
    best = ("object", 0.0)
    if found is None:
        return _by_content(appearance), 1.0
    for one in children(found, "Type"):
        best = max(best, (text(one), _value(one, "Likelihood", 1.0)), key=lambda pair: pair[1])
    for one in children(found, "ClassCandidate"):
        best = max(best, (text(one, "Type"), number(one, "Likelihood") or 0.0), key=lambda pair: pair[1])
    label = best[0].strip().lower()
    return _LABELS.get(label, label or "object")[:50], max(SURE, min(1.0, best[1]))


def _by_content(appearance: Element) -> str:
    names = {name_of(one) for one in appearance}
    return next((label for name, label in _CONTENT if name in names), "object")


def _plate(appearance: Element) -> str:
    return text(appearance, "LicensePlateInfo", "PlateNumber")[:20]
