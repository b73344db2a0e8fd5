"""The section of the device itself: what it is, and restarting it. Its factory settings are not offered on purpose."""

from __future__ import annotations

from plugins.onvif.client.device import Device
from plugins.onvif.client.reading import text
from plugins.onvif.configuring.asking import ask
from plugins.onvif.configuring.model import Act, Field, Group, Kind, Section, Wanted, Written
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "device", "Device"
_FACTS = (
    ("maker", "Maker", "Manufacturer"),
    ("model", "Model", "Model"),
    ("firmware", "Firmware", "FirmwareVersion"),
    ("serial", "Serial number", "SerialNumber"),
    ("hardware", "Hardware", "HardwareId"),
)
_RESTART = Act(
    "restart",
    "Restart the camera",
    confirm="Pictures and recordings are missing until it is back, a minute or two with most cameras.",
    danger=True,
)


def read(device: Device, settings: OnvifSettings) -> Section:
    """GetDeviceInformation (ONVIF Core 8.3.1). Raises OnvifError."""
    said = ask(device, "GetDeviceInformation")
    facts = [(name, title, text(said, tag)) for name, title, tag in _FACTS]
    fields = tuple(Field(f"about.{name}", title, Kind.SHOWN, value) for name, title, value in facts if value)
    return Section(NAME, TITLE, (Group("about", "What it is"),), fields, (_RESTART,))


def act(device: Device, settings: OnvifSettings, section: Section, chosen: Act, values: Wanted) -> Written:
    """SystemReboot (ONVIF Core 8.3.4). Raises OnvifError."""
    ask(device, "SystemReboot")
    return Written(notes=("The camera restarts.",), away=True)
