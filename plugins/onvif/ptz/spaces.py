"""What a device's head can do, and the ranges in which it wants its numbers (ONVIF PTZ 5.7)."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.onvif.client.reading import Element, children, find, number, text

_SPACES = "http://www.onvif.org/ver10/tptz"
FOV = f"{_SPACES}/PanTiltSpaces/TranslationSpaceFov"
TRANSLATION = f"{_SPACES}/PanTiltSpaces/TranslationGenericSpace"
VELOCITY = f"{_SPACES}/PanTiltSpaces/VelocityGenericSpace"
ZOOM_VELOCITY = f"{_SPACES}/ZoomSpaces/VelocityGenericSpace"
ZOOM_TRANSLATION = f"{_SPACES}/ZoomSpaces/TranslationGenericSpace"
MAGNIFICATION = 20.0
"""How much nearer the nearest view is, where nobody says: usual for cameras that can be moved."""
HALF_VIEW_DEGREES = (30.0, 17.0)
"""Half of the widest view, across and upwards, where nobody says."""
HALF_RANGE_DEGREES = (180.0, 90.0)
"""What 1 is in the generic space: half of a full turn; devices define it by their own range."""


@dataclass(frozen=True, slots=True)
class Range:
    """Least and most of one axis."""

    least: float = -1.0
    most: float = 1.0

    def of(self, share: float) -> float:
        """A number of this range for -1 to 1; 0 is always 0, which stands still."""
        share = max(-1.0, min(1.0, share))
        return share * self.most if share >= 0 else -share * self.least

    def limited(self, value: float) -> float:
        """The nearest that it holds."""
        return max(self.least, min(self.most, value))


@dataclass(frozen=True, slots=True)
class Space:
    """One coordinate space: pan and tilt, or zoom alone in `x`."""

    uri: str
    x: Range = Range()
    y: Range = Range()


@dataclass(frozen=True, slots=True)
class Node:
    """A head. velocity and all other spaces: None where it does not offer that."""

    velocity: Space | None = None
    zoom_velocity: Space | None = None
    fov: Space | None = None
    translation: Space | None = None
    zoom_translation: Space | None = None
    place: Space | None = None
    zoom_place: Space | None = None
    presets: int = 0
    home: bool = False
    fixed_home: bool = False
    tours: bool = False
    auxiliary: tuple[str, ...] = ()


def node_of(element: Element) -> Node:
    """A head as GetNode describes it."""
    spaces = find(element, "SupportedPTZSpaces")
    steps = _spaces(spaces, "RelativePanTiltTranslationSpace")
    return Node(
        velocity=_generic(_spaces(spaces, "ContinuousPanTiltVelocitySpace")),
        zoom_velocity=_generic(_spaces(spaces, "ContinuousZoomVelocitySpace")),
        fov=next((one for one in steps if one.uri.lower().endswith("spacefov")), None),
        translation=next((one for one in steps if one.uri == TRANSLATION), None),
        zoom_translation=_generic(_spaces(spaces, "RelativeZoomTranslationSpace")),
        place=_generic(_spaces(spaces, "AbsolutePanTiltPositionSpace")),
        zoom_place=_generic(_spaces(spaces, "AbsoluteZoomPositionSpace")),
        presets=int(number(element, "MaximumNumberOfPresets") or 0),
        home=text(element, "HomeSupported").lower() in ("true", "1"),
        fixed_home=(element.get("FixedHomePosition") or "").lower() in ("true", "1"),
        tours=bool(number(element, "Extension", "SupportedPresetTour", "MaximumNumberOfPresetTours")),
        auxiliary=tuple(text(one) for one in children(element, "AuxiliaryCommands") if text(one)),
    )


def _spaces(parent: Element | None, name: str) -> list[Space]:
    return [Space(text(one, "URI"), _range(one, "XRange"), _range(one, "YRange")) for one in children(parent, name)]


def _generic(found: list[Space]) -> Space | None:
    return next((one for one in found if "Generic" in one.uri), found[0] if found else None)


def _range(space: Element, name: str) -> Range:
    least, most = number(space, name, "Min"), number(space, name, "Max")
    if least is None or most is None or not least < most:
        return Range()
    return Range(least, most)


def nearer(zoom: float, part: float) -> float:
    """Where the zoom, 0 to 1, has to be for a part of the present picture to fill it."""
    now = 1 + zoom * (MAGNIFICATION - 1)
    wanted = max(1.0, min(MAGNIFICATION, now / part))
    return (wanted - 1) / (MAGNIFICATION - 1)
