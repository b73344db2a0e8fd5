"""Device management (ONVIF Core Specification 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, find, find_all, number, tds, text, truth, tt
from plugins.simulator.onvif.scopes import scopes_of
from plugins.simulator.onvif.services.network import NETWORK_OPERATIONS
from plugins.simulator.onvif.serving import Call, Service
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice


AUXILIARY = ("tt:Siren|On", "tt:Siren|Off", "tt:Light|On", "tt:Light|Off")


def system_date_and_time(device: OnvifDevice, call: Call) -> Element:
    """GetSystemDateAndTime: the device's own clock, UTC and local."""
    now = datetime.fromtimestamp(device.now_ms() / 1000, UTC)
    moment = [
        tt("Time", tt("Hour", now.hour), tt("Minute", now.minute), tt("Second", now.second)),
        tt("Date", tt("Year", now.year), tt("Month", now.month), tt("Day", now.day)),
    ]
    again = [
        tt("Time", tt("Hour", now.hour), tt("Minute", now.minute), tt("Second", now.second)),
        tt("Date", tt("Year", now.year), tt("Month", now.month), tt("Day", now.day)),
    ]
    return tds(
        "GetSystemDateAndTimeResponse",
        tds(
            "SystemDateAndTime",
            tt("DateTimeType", device.settings.time_from),
            tt("DaylightSavings", False),
            tt("TimeZone", tt("TZ", device.settings.zone)),
            tt("UTCDateTime", moment),
            tt("LocalDateTime", again),
        ),
    )


def set_system_date_and_time(device: OnvifDevice, call: Call) -> Element:
    """SetSystemDateAndTime: by hand, or from NTP, which sets the clock right."""
    kind = call.text("DateTimeType")
    if kind not in ("Manual", "NTP"):
        raise SoapFault("DateTimeType is Manual or NTP", "Sender", "ter:InvalidArgVal")
    device.settings = replace(device.settings, time_from=kind, zone=call.text("TimeZone/TZ", device.settings.zone))
    if kind == "NTP":
        device.set_clock(0)
        return tds("SetSystemDateAndTimeResponse")
    names = ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
    parts = [call.text(f"UTCDateTime/{name}") for name in names]
    try:
        given = datetime(*map(int, parts), tzinfo=UTC)  # type: ignore[misc, arg-type]  # six numbers, and the zone by name
    except ValueError:
        raise SoapFault("UTCDateTime is no time", "Sender", "ter:InvalidArgVal", "ter:InvalidDateTime") from None
    device.set_clock(round(given.timestamp() * 1000) - device.true_ms())
    return tds("SetSystemDateAndTimeResponse")


def information(device: OnvifDevice, call: Call) -> Element:
    """GetDeviceInformation."""
    about = device.about
    return tds(
        "GetDeviceInformationResponse",
        tds("Manufacturer", about.manufacturer),
        tds("Model", about.model),
        tds("FirmwareVersion", about.firmware),
        tds("SerialNumber", about.serial),
        tds("HardwareId", about.model),
    )


def services(device: OnvifDevice, call: Call) -> Element:
    """GetServices; capabilities within it only when asked."""
    wanted = truth(call.body, "IncludeCapability")
    return tds("GetServicesResponse", [_service(device, call, service, wanted) for service in device.services])


def _service(device: OnvifDevice, call: Call, service: Service, wanted: bool) -> Element:
    able: Element = None
    if wanted and (ask := service.operations.get("GetServiceCapabilities")) is not None:
        answer: Element = ask(device, call)
        able = tds("Capabilities", answer[0])
    version = tds("Version", tt("Major", service.version[0]), tt("Minor", service.version[1]))
    return tds(
        "Service", tds("Namespace", service.namespace), tds("XAddr", device.address_of(service, call)), able, version
    )


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    asking = device.gate.asking
    return tds(
        "GetServiceCapabilitiesResponse",
        tds(
            "Capabilities",
            tds("Network", NTP=1, IPFilter=False, DynDNS=False, IPVersion6=False),
            tds("Security", HttpDigest=asking != "token", UsernameToken=asking in ("both", "token")),
            tds("System", DiscoveryBye=True, SystemBackup=False, SystemLogging=False, FirmwareUpgrade=False),
            tds("Misc", AuxiliaryCommands=" ".join(AUXILIARY)),
        ),
    )


def capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetCapabilities, the older way to say what there is: below Extension what came later."""

    def address(prefix: str) -> str | None:
        found = next((service for service in device.services if service.prefix == prefix), None)
        return device.address_of(found, call) if found else None

    def one(name: str, prefix: str, *more: Element) -> Element | None:
        where = address(prefix)
        return tt(name, tt("XAddr", where), more) if where else None

    pull = (
        tt("WSSubscriptionPolicySupport", False),
        tt("WSPullPointSupport", True),
        tt("WSPausableSubscriptionManagerInterfaceSupport", False),
    )
    streaming = tt("StreamingCapabilities", tt("RTPMulticast", False), tt("RTP_TCP", True), tt("RTP_RTSP_TCP", True))
    counts = (
        tt("VideoSources", len(device.channels)),
        tt("VideoOutputs", 0),
        tt("AudioSources", sum(channel.audio is not None for channel in device.channels.values())),
        tt("AudioOutputs", 0),
        tt("RelayOutputs", len(device.relays)),
    )
    sought = (tt("MetadataSearch", False),)
    unable = ("ReceiverSource", "MediaProfileSource", "DynamicRecordings", "DynamicTracks")
    recorded = (*(tt(name, False) for name in unable), tt("MaxStringLength", 256))
    extension = [
        one("DeviceIO", "tmd", *counts),
        one("Recording", "trc", *recorded),
        one("Search", "tse", *sought),
        one("Replay", "trp"),
    ]
    return tds(
        "GetCapabilitiesResponse",
        tds(
            "Capabilities",
            one("Device", "tds"),
            one("Events", "tev", *pull),
            one("Imaging", "timg"),
            one("Media", "trt", streaming),
            one("PTZ", "tptz"),
            tt("Extension", extension) if any(item is not None for item in extension) else None,
        ),
    )


def scopes(device: OnvifDevice, call: Call) -> Element:
    """GetScopes."""
    return tds(
        "GetScopesResponse",
        [tds("Scopes", tt("ScopeDef", "Fixed"), tt("ScopeItem", item)) for item in scopes_of(device)],
    )


def users(device: OnvifDevice, call: Call) -> Element:
    """GetUsers: without passwords."""
    return tds(
        "GetUsersResponse",
        [tds("User", tt("Username", name), tt("UserLevel", device.level(name))) for name in device.gate.users],
    )


def create_users(device: OnvifDevice, call: Call) -> Element:
    """CreateUsers: all, or none when a name is taken."""
    given = find_all(call.body, "User")
    for user in given:
        if text(user, "Username") in device.gate.users:
            raise SoapFault("the user exists already", "Sender", "ter:OperationProhibited", "ter:UsernameClash")
    for user in given:
        device.put_user(text(user, "Username"), text(user, "Password"), text(user, "UserLevel", "User"))
    return tds("CreateUsersResponse")


def set_user(device: OnvifDevice, call: Call) -> Element:
    """SetUser: a password or a level changes."""
    for user in find_all(call.body, "User"):
        name = text(user, "Username")
        if name not in device.gate.users:
            raise _no_user(name)
        device.put_user(
            name, text(user, "Password") or device.gate.users[name], text(user, "UserLevel", device.level(name))
        )
    return tds("SetUserResponse")


def delete_users(device: OnvifDevice, call: Call) -> Element:
    """DeleteUsers; the last administrator stays."""
    names = [(node.text or "").strip() for node in find_all(call.body, "Username")]
    for name in names:
        if name not in device.gate.users:
            raise _no_user(name)
    left = [name for name in device.gate.users if name not in names]
    if not any(device.level(name) == "Administrator" for name in left):
        raise SoapFault("the last administrator stays", "Sender", "ter:InvalidArgVal", "ter:FixedUser")
    for name in names:
        device.drop_user(name)
    return tds("DeleteUsersResponse")


def _no_user(name: str) -> SoapFault:
    return SoapFault(f"user {name!r} does not exist", "Sender", "ter:InvalidArgVal", "ter:UsernameMissing")


def reboot(device: OnvifDevice, call: Call) -> Element:
    """SystemReboot: away for a moment, soon."""
    device.reboot_soon()
    return tds("SystemRebootResponse", tds("Message", "Rebooting"))


def endpoint_reference(device: OnvifDevice, call: Call) -> Element:
    """GetEndpointReference: the id that discovery names, which outlives a change of address."""
    return tds("GetEndpointReferenceResponse", tds("GUID", f"urn:uuid:{device.about.uuid}"))


def relay_outputs(device: OnvifDevice, call: Call) -> Element:
    """GetRelayOutputs, of the device service."""
    return tds("GetRelayOutputsResponse", [relay_element(device, token, tds) for token in device.relays])


def relay_element(device: OnvifDevice, token: str, maker: object) -> Element:
    """One relay as this and the I/O service describe it."""
    relay = device.relays[token]
    settings = tt(
        "Properties",
        tt("Mode", relay.mode),
        tt("DelayTime", f"PT{relay.delay_s:g}S"),
        tt("IdleState", relay.idle),
    )
    return maker("RelayOutputs", settings, token=token)  # type: ignore[operator]  # a Maker


def set_relay_state(device: OnvifDevice, call: Call) -> Element:
    """SetRelayOutputState, of the device service."""
    device.set_relay(call.text("RelayOutputToken"), call.text("LogicalState") == "active")
    return tds("SetRelayOutputStateResponse")


def set_relay_settings(device: OnvifDevice, call: Call) -> Element:
    """SetRelayOutputSettings, of the device service."""
    change_relay(device, call.text("RelayOutputToken"), find(call.body, "Properties"))
    return tds("SetRelayOutputSettingsResponse")


def change_relay(device: OnvifDevice, token: str, properties: Element | None) -> None:
    """Mode, delay and idle state of a relay. Raises SoapFault."""
    relay = device.relay(token)
    if properties is None:
        raise SoapFault("Properties are missing")
    delay = number(text(properties, "DelayTime").removeprefix("PT").removesuffix("S"), relay.delay_s)
    relay.mode = text(properties, "Mode", relay.mode)
    relay.idle = text(properties, "IdleState", relay.idle)
    relay.delay_s = delay


def auxiliary(device: OnvifDevice, call: Call) -> Element:
    """SendAuxiliaryCommand: what it knows is remembered, for tests to see."""
    command = call.text("AuxiliaryCommand")
    if command not in AUXILIARY:
        raise SoapFault(f"{command!r} is not known", "Sender", "ter:InvalidArgVal")
    device.obey(command)
    return tds("SendAuxiliaryCommandResponse", tds("AuxiliaryCommandResponse", command))


SERVICE = Service(
    "tds",
    "/onvif/device_service",
    (2, 60),
    {
        "CreateUsers": create_users,
        "DeleteUsers": delete_users,
        "GetCapabilities": capabilities,
        "GetDeviceInformation": information,
        "GetEndpointReference": endpoint_reference,
        "GetRelayOutputs": relay_outputs,
        "GetScopes": scopes,
        "GetServiceCapabilities": service_capabilities,
        "GetServices": services,
        "GetSystemDateAndTime": system_date_and_time,
        "GetUsers": users,
        "SendAuxiliaryCommand": auxiliary,
        "SetRelayOutputSettings": set_relay_settings,
        "SetRelayOutputState": set_relay_state,
        "SetSystemDateAndTime": set_system_date_and_time,
        "SetUser": set_user,
        "SystemReboot": reboot,
    }
    | NETWORK_OPERATIONS,
)

OPEN = frozenset(
    {
        "GetCapabilities",
        "GetEndpointReference",
        "GetHostname",
        "GetServiceCapabilities",
        "GetServices",
        "GetSystemDateAndTime",
    }
)
"""Operations that need no password (ONVIF Core 5.9.4.3, access class PRE_AUTH)."""
