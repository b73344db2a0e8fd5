"""Relays, digital inputs, and what else is at a device's back (ONVIF Device IO Service Specification)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from plugins.simulator.onvif.markup import PREFIXES, Element, find, tmd
from plugins.simulator.onvif.services.devicemgmt import change_relay, relay_outputs, set_relay_state
from plugins.simulator.onvif.services.media import audio_outputs, video_sources
from plugins.simulator.onvif.serving import Call, Service
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    able = tmd(
        "Capabilities",
        VideoSources=len(device.channels),
        VideoOutputs=0,
        AudioSources=sum(channel.audio is not None for channel in device.channels.values()),
        AudioOutputs=sum(device.has_speaker(name) for name in device.channels),
        RelayOutputs=len(device.relays),
        DigitalInputs=len(device.inputs),
        SerialPorts=0,
    )
    return tmd("GetServiceCapabilitiesResponse", able)


def outputs(device: OnvifDevice, call: Call) -> Element:
    """GetAudioOutputs: request and answer are the media service's, in the WSDL too."""
    if etree.QName(call.body).namespace != PREFIXES["trt"]:
        raise SoapFault("GetAudioOutputs is not known here", "Receiver", "ter:ActionNotSupported", status=500)
    return audio_outputs(device, call)


def inputs(device: OnvifDevice, call: Call) -> Element:
    """GetDigitalInputs."""
    return tmd("GetDigitalInputsResponse", [tmd("DigitalInputs", token=token) for token in device.inputs])


def relay_options(device: OnvifDevice, call: Call) -> Element:
    """GetRelayOutputOptions."""
    asked = call.text("RelayOutputToken")
    tokens = [device.relay(asked) and asked] if asked else list(device.relays)
    found = []
    for token in tokens:
        modes = [tmd("Mode", mode) for mode in ("Bistable", "Monostable")]
        found.append(tmd("RelayOutputOptions", modes, tmd("DelayTimes", "0.5 1 5 60"), token=token))
    return tmd("GetRelayOutputOptionsResponse", found)


def set_relay_settings(device: OnvifDevice, call: Call) -> Element:
    """SetRelayOutputSettings, in this service's own form."""
    given = find(call.body, "RelayOutput")
    if given is None:
        raise SoapFault("RelayOutput is missing")
    change_relay(device, str(given.get("token")), find(given, "Properties"))
    return tmd("SetRelayOutputSettingsResponse")


SERVICE = Service(
    "tmd",
    "/onvif/deviceio_service",
    (2, 60),
    {
        "GetAudioOutputs": outputs,
        "GetDigitalInputs": inputs,
        "GetRelayOutputOptions": relay_options,
        "GetRelayOutputs": relay_outputs,
        "GetServiceCapabilities": service_capabilities,
        "GetVideoSources": video_sources,
        "SetRelayOutputSettings": set_relay_settings,
        "SetRelayOutputState": set_relay_state,
    },
)
