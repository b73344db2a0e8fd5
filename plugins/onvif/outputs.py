"""Outputs of a device: relays (ONVIF Device IO 5.5, Core 8.6) and what it switches by auxiliary commands (Core 8.6.4).

They are named by the device's tokens, and auxiliary commands by what they switch, such as Siren or IRLamp. A relay that
falls back by itself (Monostable) is only ever switched on: off is what it does anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.api import ControlError
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, every, text
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.devices import device_of
from plugins.onvif.ptz.head import auxiliary_names, wire_command
from plugins.onvif.ptz.moving import told
from plugins.onvif.settings import OnvifSettings

_TDS = NAMESPACES["device"]


@dataclass(frozen=True, slots=True)
class Relay:
    """One relay output. falls_back: by itself, after its own delay."""

    token: str
    falls_back: bool


async def names(settings: OnvifSettings) -> Sequence[str]:
    """Names of what can be switched. Raises ControlError."""
    return await told(_names, device_of(settings))


async def switch(settings: OnvifSettings, output: str, on: bool) -> None:
    """Switch one. Raises ControlError."""
    await told(_switch, device_of(settings), output, on)


def _names(device: Device) -> list[str]:
    return [*(relay.token for relay in relays(device)), *auxiliary(device)]


def _switch(device: Device, output: str, on: bool) -> None:
    known = relays(device)
    relay = next((one for one in known if one.token == output), None)
    if relay is not None:
        if on or not relay.falls_back:
            _set_relay(device, relay.token, on)
        return
    others = auxiliary(device)
    if output not in others:
        names = ", ".join([*(one.token for one in known), *others]) or "none"
        raise ControlError(f"The output {output!r} is not known to the camera; choose one of {names}.", lasting=True)
    device.ask(
        "device", element(_TDS, "SendAuxiliaryCommand", element(_TDS, "AuxiliaryCommand", wire_command(output, on)))
    )


def relays(device: Device) -> list[Relay]:
    """The device's relays; none where it has no such service. Raises OnvifError."""
    answer = _soft(device, element(_TDS, "GetRelayOutputs"))
    if answer is None:
        return []
    return [
        Relay(token, text(one, "Properties", "Mode").lower() == "monostable")
        for one in children(answer, "RelayOutputs")
        if (token := one.get("token"))
    ]


def auxiliary(device: Device) -> list[str]:
    """What it switches by auxiliary commands of its own, such as a siren or a lamp. Raises OnvifError."""
    answer = _soft(device, element(_TDS, "GetServiceCapabilities"))
    commands = (
        next((one.get("AuxiliaryCommands") or "" for one in every(answer, "Misc")), "") if answer is not None else ""
    )
    return list(auxiliary_names(tuple(commands.split())))


def _set_relay(device: Device, token: str, on: bool) -> None:
    state = element(_TDS, "LogicalState", "active" if on else "inactive")
    device.ask("device", element(_TDS, "SetRelayOutputState", element(_TDS, "RelayOutputToken", token), state))


def _soft(device: Device, body: Element) -> Element | None:
    try:
        return device.ask("device", body)
    except OnvifError as error:
        if error.kind not in ("unsupported", "fault", "nonsense"):
            raise
        return None
