"""What a device is, and by what it is known again when its address has changed."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import text
from plugins.onvif.client.wsdl import NAMESPACES

_TDS = NAMESPACES["device"]


@dataclass(frozen=True, slots=True)
class Identity:
    """As the device tells it; empty where it does not. endpoint: its UUID as discovery tells it (`urn:uuid:…`)."""

    maker: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    endpoint: str = ""

    @property
    def title(self) -> str:
        """Brand and model."""
        return self.model if self.model.startswith(self.maker) else f"{self.maker} {self.model}".strip()


def identity(device: Device) -> Identity:
    """Ask the device; the first call that needs its user. Raises OnvifError."""
    said = device.ask("device", element(_TDS, "GetDeviceInformation"))
    return Identity(
        maker=text(said, "Manufacturer"),
        model=text(said, "Model"),
        firmware=text(said, "FirmwareVersion"),
        serial=text(said, "SerialNumber"),
        endpoint=_endpoint(device),
    )


def _endpoint(device: Device) -> str:
    """Few devices tell it beside discovery (ONVIF Core, 8.1.9)."""
    try:
        return uuid_of(text(device.ask("device", element(_TDS, "GetEndpointReference")), "GUID"))
    except OnvifError as error:
        if error.kind in ("unsupported", "fault", "nonsense", "auth"):
            return ""
        raise


def uuid_of(said: str) -> str:
    """`urn:uuid:` and lower case, however a device writes it; empty for nothing."""
    bare = said.strip().lower().removeprefix("urn:").removeprefix("uuid:")
    return f"urn:uuid:{bare}" if bare else ""
