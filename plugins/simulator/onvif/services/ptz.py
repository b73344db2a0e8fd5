"""Pan, tilt, zoom (ONVIF PTZ Service Specification)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from plugins.simulator.head import Head, Stop, Tour, View
from plugins.simulator.onvif.markup import (
    Element,
    find,
    find_all,
    instant,
    number,
    seconds_of,
    text,
    tptz,
    tt,
)
from plugins.simulator.onvif.services import shared
from plugins.simulator.onvif.serving import Call, Service, no_entity
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice
    from plugins.simulator.onvif.model import Channel

DEFAULT_SECONDS = 10.0
AUXILIARY = ("tt:Wiper|On", "tt:Wiper|Off", "tt:IRLamp|On", "tt:IRLamp|Off", "tt:IRLamp|Auto")
MOST_TOURS = 4


def _channel(device: OnvifDevice, name: str, token: str) -> tuple[Channel, Head]:
    head = device.park.head(name) if name in device.channels else None
    if head is None:
        raise no_entity("NoProfile", token)
    return device.channels[name], head


def _head(device: OnvifDevice, call: Call) -> Head:
    """The head that a call's profile means. Raises SoapFault."""
    token = call.text("ProfileToken")
    return _channel(device, token.rpartition("_")[0], token)[1]


def _movable(device: OnvifDevice) -> list[Channel]:
    return [channel for name, channel in device.channels.items() if device.park.head(name) is not None]


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    able = tptz("Capabilities", EFlip=False, Reverse=False, GetCompatibleConfigurations=True, MoveStatus=True)
    return tptz("GetServiceCapabilitiesResponse", able)


def _plane(name: str, uri: str) -> Element:
    across = tt("XRange", tt("Min", -1.0), tt("Max", 1.0))
    return tt(name, tt("URI", uri), across, tt("YRange", tt("Min", -1.0), tt("Max", 1.0)))


def _axis(name: str, uri: str, least: float) -> Element:
    return tt(name, tt("URI", uri), tt("XRange", tt("Min", least), tt("Max", 1.0)))


def _spaces() -> list[Element]:
    return [
        _plane("AbsolutePanTiltPositionSpace", shared.ABSOLUTE),
        _axis("AbsoluteZoomPositionSpace", shared.ABSOLUTE_ZOOM, 0.0),
        _plane("RelativePanTiltTranslationSpace", shared.RELATIVE),
        _plane("RelativePanTiltTranslationSpace", shared.RELATIVE_FOV),
        _axis("RelativeZoomTranslationSpace", shared.RELATIVE_ZOOM, -1.0),
        _plane("ContinuousPanTiltVelocitySpace", shared.VELOCITY),
        _axis("ContinuousZoomVelocitySpace", shared.VELOCITY_ZOOM, -1.0),
    ]


def _node(channel: Channel, name: str) -> Element:
    supported = tt(
        "Extension",
        tt(
            "SupportedPresetTour",
            tt("MaximumNumberOfPresetTours", MOST_TOURS),
            [tt("PTZPresetTourOperation", act) for act in ("Start", "Stop", "Pause")],
        ),
    )
    return tptz(
        name,
        tt("Name", f"{channel.name} head"),
        tt("SupportedPTZSpaces", _spaces()),
        tt("MaximumNumberOfPresets", 32),
        tt("HomeSupported", True),
        [tt("AuxiliaryCommands", command) for command in AUXILIARY],
        supported,
        token=f"{channel.name}_head",
        FixedHomePosition=False,
    )


def nodes(device: OnvifDevice, call: Call) -> Element:
    """GetNodes."""
    return tptz("GetNodesResponse", [_node(channel, "PTZNode") for channel in _movable(device)])


def one_node(device: OnvifDevice, call: Call) -> Element:
    """GetNode."""
    token = call.text("NodeToken")
    channel, _ = _channel(device, token.removesuffix("_head"), token)
    return tptz("GetNodeResponse", _node(channel, "PTZNode"))


def configurations(device: OnvifDevice, call: Call) -> Element:
    """GetConfigurations."""
    found = [shared.ptz_configuration(device, channel, tptz, "PTZConfiguration") for channel in _movable(device)]
    return tptz("GetConfigurationsResponse", found)


def compatible(device: OnvifDevice, call: Call) -> Element:
    """GetCompatibleConfigurations."""
    token = call.text("ProfileToken")
    channel, _ = _channel(device, token.rpartition("_")[0], token)
    found = shared.ptz_configuration(device, channel, tptz, "PTZConfiguration")
    return tptz("GetCompatibleConfigurationsResponse", found)


def options(device: OnvifDevice, call: Call) -> Element:
    """GetConfigurationOptions."""
    timeout = tt("PTZTimeout", tt("Min", "PT1S"), tt("Max", "PT60S"))
    return tptz("GetConfigurationOptionsResponse", tptz("PTZConfigurationOptions", tt("Spaces", _spaces()), timeout))


def _vector(body: Element, name: str) -> tuple[View, bool, bool]:
    """A vector of a request, and whether it speaks of pan and tilt, and of zoom."""
    plane, axis = find(body, f"{name}/PanTilt"), find(body, f"{name}/Zoom")
    pan = number(plane.get("x")) if plane is not None else 0.0
    tilt = number(plane.get("y")) if plane is not None else 0.0
    zoom = number(axis.get("x")) if axis is not None else 0.0
    return View(pan, tilt, zoom), plane is not None, axis is not None


def _within(view: View, least_zoom: float) -> View:
    if abs(view.pan) > 1 or abs(view.tilt) > 1 or not least_zoom <= view.zoom <= 1:
        raise SoapFault("out of its reach", "Sender", "ter:InvalidArgVal", "ter:InvalidPosition")
    return view


def go_on(device: OnvifDevice, call: Call) -> Element:
    """ContinuousMove: for the time asked, or ten seconds."""
    speed, _, _ = _vector(call.body, "Velocity")
    if abs(speed.pan) > 1 or abs(speed.tilt) > 1 or abs(speed.zoom) > 1:
        raise SoapFault("too fast", "Sender", "ter:InvalidArgVal", "ter:InvalidVelocity")
    try:
        seconds = seconds_of(call.text("Timeout", f"PT{DEFAULT_SECONDS:g}S"), device.now_ms())
    except ValueError:
        raise SoapFault("Timeout is no duration", "Sender", "ter:InvalidArgVal") from None
    _head(device, call).go_on(speed, seconds)
    return tptz("ContinuousMoveResponse")


def go_to(device: OnvifDevice, call: Call) -> Element:
    """AbsoluteMove; what is not spoken of stays."""
    head, (goal, turns, zooms) = _head(device, call), _vector(call.body, "Position")
    here, goal = head.view(), _within(goal, 0.0)
    pan, tilt = (goal.pan, goal.tilt) if turns else (here.pan, here.tilt)
    head.go_to(View(pan, tilt, goal.zoom if zooms else here.zoom))
    return tptz("AbsoluteMoveResponse")


def go_by(device: OnvifDevice, call: Call) -> Element:
    """RelativeMove, in steps of the whole range or, in the FOV space, of half the present picture (5.7.4)."""
    head, (step, _, _) = _head(device, call), _vector(call.body, "Translation")
    step = _within(step, -1.0)
    plane = find(call.body, "Translation/PanTilt")
    if plane is not None and plane.get("space") == shared.RELATIVE_FOV:
        share = head.view().window()[2]
        step = View(step.pan * share / (1 - share), step.tilt * share / (1 - share), step.zoom)
    head.go_by(step)
    return tptz("RelativeMoveResponse")


def stop(device: OnvifDevice, call: Call) -> Element:
    """Stop: all axes, whatever is asked; this head moves them together."""
    _head(device, call).stop()
    return tptz("StopResponse")


def status(device: OnvifDevice, call: Call) -> Element:
    """GetStatus."""
    head = _head(device, call)
    head.advance()
    moving = "MOVING" if head.moving else "IDLE"
    view = head.view()  # asked after it, so that what stands idle is where it was going
    place = tt(
        "Position",
        tt("PanTilt", x=view.pan, y=view.tilt, space=shared.ABSOLUTE),
        tt("Zoom", x=view.zoom, space=shared.ABSOLUTE_ZOOM),
    )
    move = tt("MoveStatus", tt("PanTilt", moving), tt("Zoom", moving))
    return tptz("GetStatusResponse", tptz("PTZStatus", place, move, tt("UtcTime", instant(device.now_ms()))))


def presets(device: OnvifDevice, call: Call) -> Element:
    """GetPresets."""
    found = []
    for token, (name, view) in _head(device, call).presets.items():
        place = tt("PTZPosition", tt("PanTilt", x=view.pan, y=view.tilt), tt("Zoom", x=view.zoom))
        found.append(tptz("Preset", tt("Name", name), place, token=token))
    return tptz("GetPresetsResponse", found)


def set_preset(device: OnvifDevice, call: Call) -> Element:
    """SetPreset: a new one, or an old one anew."""
    head, token = _head(device, call), call.text("PresetToken")
    if token and token not in head.presets:
        raise no_entity("NoToken", token)
    try:
        made = head.remember(call.text("PresetName"), token)
    except ValueError as error:
        raise SoapFault(str(error), "Receiver", "ter:Action", "ter:TooManyPresets", status=500) from None
    return tptz("SetPresetResponse", tptz("PresetToken", made))


def _preset(device: OnvifDevice, call: Call) -> tuple[Head, str]:
    head, token = _head(device, call), call.text("PresetToken")
    if token not in head.presets:
        raise no_entity("NoToken", token)
    return head, token


def remove_preset(device: OnvifDevice, call: Call) -> Element:
    """RemovePreset."""
    head, token = _preset(device, call)
    del head.presets[token]
    return tptz("RemovePresetResponse")


def go_to_preset(device: OnvifDevice, call: Call) -> Element:
    """GotoPreset."""
    head, token = _preset(device, call)
    head.go_to(head.presets[token][1])
    return tptz("GotoPresetResponse")


def go_home(device: OnvifDevice, call: Call) -> Element:
    """GotoHomePosition."""
    head = _head(device, call)
    head.go_to(head.home)
    return tptz("GotoHomePositionResponse")


def set_home(device: OnvifDevice, call: Call) -> Element:
    """SetHomePosition."""
    head = _head(device, call)
    head.home = head.view()
    return tptz("SetHomePositionResponse")


def auxiliary(device: OnvifDevice, call: Call) -> Element:
    """SendAuxiliaryCommand: one of those the node names."""
    command = call.text("AuxiliaryData")
    if command not in AUXILIARY:
        raise SoapFault(f"{command!r} is not known", "Sender", "ter:InvalidArgVal")
    device.obey(command)
    return tptz("SendAuxiliaryCommandResponse", tptz("AuxiliaryResponse", command))


def _tour(head: Head, token: str) -> Tour:
    if token not in head.tours:
        raise no_entity("NoToken", token)
    return head.tours[token]


def _tour_element(token: str, tour: Tour, name: str = "PresetTour") -> Element:
    stops = [
        tt(
            "TourSpot",
            tt("PresetDetail", tt("PresetToken", stop.preset)),
            tt("StayTime", f"PT{stop.seconds:g}S"),
        )
        for stop in tour.stops
    ]
    return tptz(
        name,
        tt("Name", tour.name),
        tt("Status", tt("State", tour.state)),
        tt("AutoStart", False),
        tt("StartingCondition"),
        stops,
        token=token,
    )


def tours(device: OnvifDevice, call: Call) -> Element:
    """GetPresetTours."""
    head = _head(device, call)
    return tptz("GetPresetToursResponse", [_tour_element(token, tour) for token, tour in head.tours.items()])


def one_tour(device: OnvifDevice, call: Call) -> Element:
    """GetPresetTour."""
    token = call.text("PresetTourToken")
    return tptz("GetPresetTourResponse", _tour_element(token, _tour(_head(device, call), token)))


def create_tour(device: OnvifDevice, call: Call) -> Element:
    """CreatePresetTour: an empty one."""
    head = _head(device, call)
    if len(head.tours) >= MOST_TOURS:
        raise SoapFault("no more tours", "Receiver", "ter:Action", "ter:TooManyPresetTours", status=500)
    token = f"tour_{secrets.token_hex(2)}"
    head.tours[token] = Tour(token, [])
    return tptz("CreatePresetTourResponse", tptz("PresetTourToken", token))


def modify_tour(device: OnvifDevice, call: Call) -> Element:
    """ModifyPresetTour: name and stops anew."""
    head, given = _head(device, call), find(call.body, "PresetTour")
    if given is None:
        raise SoapFault("PresetTour is missing")
    tour = _tour(head, str(given.get("token")))
    stops = []
    for spot in find_all(given, "TourSpot"):
        preset = text(spot, "PresetDetail/PresetToken")
        if preset not in head.presets:
            raise no_entity("NoToken", preset)
        stops.append(Stop(preset, seconds_of(text(spot, "StayTime", "PT5S"), device.now_ms())))
    tour.name, tour.stops, tour.place = text(given, "Name", tour.name), stops, 0
    return tptz("ModifyPresetTourResponse")


def operate_tour(device: OnvifDevice, call: Call) -> Element:
    """OperatePresetTour: Start, Stop or Pause."""
    head, token = _head(device, call), call.text("PresetTourToken")
    _tour(head, token)
    acts: dict[str, Callable[[], None]] = {
        "Start": lambda: head.start_tour(token),
        "Stop": head.stop,
        "Pause": lambda: head.pause_tour(token),
    }
    act = acts.get(call.text("Operation"))
    if act is None:
        raise SoapFault("Operation is Start, Stop or Pause", "Sender", "ter:InvalidArgVal")
    act()
    return tptz("OperatePresetTourResponse")


def remove_tour(device: OnvifDevice, call: Call) -> Element:
    """RemovePresetTour."""
    head, token = _head(device, call), call.text("PresetTourToken")
    _tour(head, token)
    del head.tours[token]
    return tptz("RemovePresetTourResponse")


SERVICE = Service(
    "tptz",
    "/onvif/ptz_service",
    (2, 60),
    {
        "AbsoluteMove": go_to,
        "ContinuousMove": go_on,
        "CreatePresetTour": create_tour,
        "GetCompatibleConfigurations": compatible,
        "GetConfigurationOptions": options,
        "GetConfigurations": configurations,
        "GetNode": one_node,
        "GetNodes": nodes,
        "GetPresetTour": one_tour,
        "GetPresetTours": tours,
        "GetPresets": presets,
        "GetServiceCapabilities": service_capabilities,
        "GetStatus": status,
        "GotoHomePosition": go_home,
        "GotoPreset": go_to_preset,
        "ModifyPresetTour": modify_tour,
        "OperatePresetTour": operate_tour,
        "RelativeMove": go_by,
        "RemovePreset": remove_preset,
        "RemovePresetTour": remove_tour,
        "SendAuxiliaryCommand": auxiliary,
        "SetHomePosition": set_home,
        "SetPreset": set_preset,
        "Stop": stop,
    },
)
