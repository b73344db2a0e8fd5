"""One camera's head over one device: calls that block, each a question of PTZ or Imaging service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.api import Preset, PtzAbilities, PtzPosition, Tour, TourAct
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import profiles
from plugins.onvif.client.reading import Element, children, every, find, text
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.ptz.spaces import (
    HALF_RANGE_DEGREES,
    HALF_VIEW_DEGREES,
    MAGNIFICATION,
    Node,
    Space,
    nearer,
    node_of,
)
from plugins.onvif.settings import OnvifSettings

_PTZ, _IMAGING, _SCHEMA = NAMESPACES["ptz"], NAMESPACES["imaging"], "http://www.onvif.org/ver10/schema"
_SOFT = ("unsupported", "fault", "nonsense")
_TOUR_ACTS = {TourAct.START: "Start", TourAct.PAUSE: "Pause", TourAct.STOP: "Stop"}


@dataclass(frozen=True, slots=True)
class _Way:
    """profile: by which the camera is moved, empty when it cannot be; source: its video source, for the lens."""

    profile: str
    source: str


class Head:
    """Of one camera. Methods raise OnvifError; what was learnt of the device is kept."""

    def __init__(self, device: Device, settings: OnvifSettings) -> None:
        self._device = device
        self._settings = settings
        self._manual = False

    @cached_property
    def way(self) -> _Way:
        """How it is moved. Raises OnvifError."""
        found = profiles(self._device)
        wanted = self._settings.channel or (found[0].source if found else "")
        mine = [one for one in found if one.source == wanted]
        moving = [one for one in mine if one.ptz]
        moving.sort(key=lambda one: one.token != self._settings.main_profile)
        able = bool(moving) and self._device.offers("ptz")
        return _Way(moving[0].token if able else "", wanted)

    @cached_property
    def node(self) -> Node:
        """What it can do. Raises OnvifError."""
        if not self.way.profile:
            return Node()
        nodes = children(self._ask("GetNodes"), "PTZNode")
        if len(nodes) > 1:
            token = self._node_token()
            nodes = [one for one in nodes if one.get("token") == token] or nodes
        return node_of(nodes[0]) if nodes else Node()

    @cached_property
    def lens(self) -> tuple[bool, bool]:
        """Whether the focus can be driven, and whether it can be left to the camera. Raises OnvifError."""
        if not self._device.offers("imaging") or not self.way.source:
            return False, False
        try:
            options = find(self._lens("GetMoveOptions"), "MoveOptions")
            modes = [text(one).upper() for one in every(self._lens("GetOptions"), "AutoFocusModes")]
        except OnvifError as error:
            if error.kind not in _SOFT:
                raise
            return False, False
        return find(options, "Continuous") is not None, "AUTO" in modes

    def abilities(self) -> PtzAbilities:
        """For people."""
        node, (drives, leaves) = self.node, self.lens
        return PtzAbilities(
            pan_tilt=node.velocity is not None,
            zoom=node.zoom_velocity is not None,
            centre=node.fov is not None or node.translation is not None,
            absolute=node.place is not None or node.zoom_place is not None,
            presets=node.presets > 0,
            home=node.home,
            set_home=node.home and not node.fixed_home,
            tours=node.tours,
            focus=drives,
            auto_focus=leaves,
            auxiliary=auxiliary_names(node.auxiliary),
        )

    def move(self, pan: float, tilt: float, zoom: float, seconds: float) -> None:
        """ContinuousMove (PTZ 5.3.3). Axes that the head has not are left out: devices refuse them."""
        node, parts = self.node, []
        if node.velocity is not None:
            parts.append(_plane(node.velocity, node.velocity.x.of(pan), node.velocity.y.of(tilt), named=False))
        if node.zoom_velocity is not None:
            parts.append(_axis(node.zoom_velocity, node.zoom_velocity.x.of(zoom), named=False))
        velocity = element(_PTZ, "Velocity", *parts)
        self._tell("ContinuousMove", velocity, element(_PTZ, "Timeout", f"PT{seconds:g}S"))

    def stop(self) -> None:
        """Stop (PTZ 5.3.5)."""
        if self.way.profile:
            self._tell("Stop", element(_PTZ, "PanTilt", "true"), element(_PTZ, "Zoom", "true"))

    def centre(self, x: float, y: float, part: float) -> None:
        """RelativeMove (PTZ 5.3.2), by the field of view where the device knows it; else as cameras usually are."""
        node, right, up = self.node, 2 * x - 1, 1 - 2 * y
        zoom = (self.position().zoom or 0.0) if part != 1 or node.fov is None else 0.0
        if node.fov is not None:
            step = _plane(node.fov, node.fov.x.of(right), node.fov.y.of(up))
        elif node.translation is not None:
            near = 1 + zoom * (MAGNIFICATION - 1)
            shares = [
                way * half / near / whole
                for way, half, whole in zip((right, up), HALF_VIEW_DEGREES, HALF_RANGE_DEGREES, strict=True)
            ]
            step = _plane(node.translation, node.translation.x.of(shares[0]), node.translation.y.of(shares[1]))
        else:
            raise OnvifError("unsupported", "The camera cannot be moved by a part of its picture.")
        parts = [step]
        if part != 1 and node.zoom_translation is not None:
            space = node.zoom_translation
            parts.append(_axis(space, space.x.of(nearer(zoom, part) - zoom)))
        self._tell("RelativeMove", element(_PTZ, "Translation", *parts))

    def place(self, pan: float | None, tilt: float | None, zoom: float | None) -> None:
        """AbsoluteMove (PTZ 5.3.1), within the device's ranges. Pan and tilt go together: what is not given stays."""
        node, parts = self.node, []
        if node.place is not None and (pan is not None or tilt is not None):
            here = self.position() if pan is None or tilt is None else PtzPosition()
            x, y = (here.pan if pan is None else pan), (here.tilt if tilt is None else tilt)
            if x is None or y is None:
                raise OnvifError("unsupported", "The camera does not tell where it looks; give both pan and tilt.")
            parts.append(_plane(node.place, node.place.x.limited(x), node.place.y.limited(y)))
        if node.zoom_place is not None and zoom is not None:
            parts.append(_axis(node.zoom_place, node.zoom_place.x.limited(zoom)))
        if not parts:
            raise OnvifError("unsupported", "The camera cannot be sent to such a position.")
        self._tell("AbsoluteMove", element(_PTZ, "Position", *parts))

    def position(self) -> PtzPosition:
        """GetStatus (PTZ 5.4.1)."""
        status = find(self._ask("GetStatus", self._profile()), "PTZStatus")
        place, moving = find(status, "Position"), find(status, "MoveStatus")
        plane, axis = find(place, "PanTilt"), find(place, "Zoom")
        states = {text(moving, name).upper() for name in ("PanTilt", "Zoom")} & {"MOVING", "IDLE"}
        return PtzPosition(
            _attribute(plane, "x"),
            _attribute(plane, "y"),
            _attribute(axis, "x"),
            "MOVING" in states if states else None,
        )

    def presets(self) -> list[Preset]:
        """GetPresets (PTZ 5.5.2), the first of each token; some devices list hundreds that are empty."""
        found: dict[str, Preset] = {}
        for one in children(self._ask("GetPresets", self._profile()), "Preset"):
            token = one.get("token") or ""
            if token:
                found.setdefault(token, Preset(token, text(one, "Name") or token))
        return list(found.values())

    def goto_preset(self, token: str) -> None:
        """GotoPreset (PTZ 5.5.3)."""
        self._tell("GotoPreset", element(_PTZ, "PresetToken", token))

    def set_preset(self, name: str, token: str) -> str:
        """SetPreset (PTZ 5.5.1); the token."""
        given = [element(_PTZ, "PresetToken", token)] if token else []
        answer = self._tell("SetPreset", element(_PTZ, "PresetName", name), *given)
        return text(answer, "PresetToken") or token

    def remove_preset(self, token: str) -> None:
        """RemovePreset (PTZ 5.5.4)."""
        self._tell("RemovePreset", element(_PTZ, "PresetToken", token))

    def go_home(self) -> None:
        """GotoHomePosition (PTZ 5.6.1)."""
        self._tell("GotoHomePosition")

    def set_home(self) -> None:
        """SetHomePosition (PTZ 5.6.2)."""
        self._tell("SetHomePosition")

    def tours(self) -> list[Tour]:
        """GetPresetTours (PTZ 5.9.1)."""
        return [
            Tour(
                one.get("token") or "",
                text(one, "Name") or one.get("token") or "",
                text(one, "Status", "State").lower(),
            )
            for one in children(self._ask("GetPresetTours", self._profile()), "PresetTour")
        ]

    def tour(self, token: str, act: TourAct) -> None:
        """OperatePresetTour (PTZ 5.9.6)."""
        wanted = element(_PTZ, "Operation", _TOUR_ACTS[act])
        self._tell("OperatePresetTour", element(_PTZ, "PresetTourToken", token), wanted)

    def auxiliary(self, command: str, on: bool) -> None:
        """SendAuxiliaryCommand (PTZ 5.8)."""
        self._tell("SendAuxiliaryCommand", element(_PTZ, "AuxiliaryData", wire_command(command, on)))

    def focus(self, speed: float) -> None:
        """Move and Stop of the Imaging service (5.2.4, 5.2.5); the camera's own focusing is switched off before."""
        if not speed:
            self._lens("Stop")
            return
        if self.lens[1] and not self._manual:
            self.auto_focus(False)
        pace = element(_SCHEMA, "Continuous", element(_SCHEMA, "Speed", f"{speed:g}"))
        self._lens("Move", element(_IMAGING, "Focus", pace))

    def auto_focus(self, on: bool) -> None:
        """SetImagingSettings (Imaging 5.2.2)."""
        mode = element(_SCHEMA, "AutoFocusMode", "AUTO" if on else "MANUAL")
        wanted = element(_IMAGING, "ImagingSettings", element(_SCHEMA, "Focus", mode))
        self._lens("SetImagingSettings", wanted, element(_IMAGING, "ForcePersistence", "false"))
        self._manual = not on

    def _node_token(self) -> str:
        """Of the head that the profile's configuration uses."""
        answer = self._ask("GetConfigurations")
        tokens = {text(one, "NodeToken") for one in children(answer, "PTZConfiguration") if text(one, "NodeToken")}
        return tokens.pop() if len(tokens) == 1 else self._node_by_profile()

    def _node_by_profile(self) -> str:
        found = find(self._ask("GetCompatibleConfigurations", self._profile()), "PTZConfiguration")
        return text(found, "NodeToken")

    def _profile(self) -> Element:
        if not self.way.profile:
            raise OnvifError("unsupported", "The camera cannot be moved.")
        return element(_PTZ, "ProfileToken", self.way.profile)

    def _tell(self, operation: str, *content: Element) -> Element:
        return self._ask(operation, self._profile(), *content)

    def _ask(self, operation: str, *content: Element) -> Element:
        return self._device.ask("ptz", element(_PTZ, operation, *content))

    def _lens(self, operation: str, *content: Element) -> Element:
        source = element(_IMAGING, "VideoSourceToken", self.way.source)
        return self._device.ask("imaging", element(_IMAGING, operation, source, *content))


def _plane(space: Space, x: float, y: float, *, named: bool = True) -> Element:
    given = {"space": space.uri} if named else {}
    return element(_SCHEMA, "PanTilt", x=f"{x:.4f}", y=f"{y:.4f}", **given)


def _axis(space: Space, x: float, *, named: bool = True) -> Element:
    given = {"space": space.uri} if named else {}
    return element(_SCHEMA, "Zoom", x=f"{x:.4f}", **given)


def _attribute(one: Element | None, name: str) -> float | None:
    try:
        return float((one.get(name) if one is not None else None) or "")
    except ValueError:
        return None


def auxiliary_names(commands: tuple[str, ...]) -> tuple[str, ...]:
    """Names of what can be switched: `tt:Wiper|On` and `tt:Wiper|Off` are both Wiper (PTZ 5.8, annex A of Core)."""
    names = dict.fromkeys(command.rpartition(":")[2].partition("|")[0].strip() for command in commands)
    return tuple(name for name in names if name)


def wire_command(name: str, on: bool) -> str:
    """The command that switches it."""
    return f"tt:{name}|{'On' if on else 'Off'}"
