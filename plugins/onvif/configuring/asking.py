"""Asking the device service, and what refusals mean to who wanted something set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element
from plugins.onvif.client.wsdl import NAMESPACES

SOFT = ("unsupported", "fault", "nonsense")
"""Kinds of errors that are about this one call: the device is there, and others may work."""
SETTING_S = 15.0
"""How long a device may take to set something: some start their encoders anew before they answer."""
TDS = NAMESPACES["device"]
_MEANINGS = {
    "PasswordTooWeak": "The camera finds this password too weak; make it longer, with digits and other characters.",
    "PasswordTooLong": "The camera takes no password that long; make it shorter.",
    "UsernameTooLong": "The camera takes no name that long; make it shorter.",
    "UsernameTooShort": "The camera takes no name that short; make it longer.",
    "UsernameClash": "The camera has a user of this name already; choose another name.",
    "UsernameMissing": "The camera does not know this user any more.",
    "TooManyUsers": "The camera takes no more users; remove one first.",
    "FixedUser": "The camera keeps this user as it is.",
    "AnonymousNotAllowed": "The camera takes no user without a right.",
    "InvalidHostname": "The camera takes no such host name; use letters, digits and hyphens.",
    "InvalidIPv4Address": "The camera takes no such address; give four numbers, such as 192.168.1.20.",
    "InvalidDnsName": "The camera takes no such name of a server.",
    "InvalidTimeZone": "The camera does not understand this time zone.",
    "InvalidDateTime": "The camera does not take this time.",
    "MaxOSDs": "The camera shows no more texts; remove one first.",
    "ConfigModify": "The camera does not take these values together.",
    "ConfigurationConflict": "The camera cannot do this beside what it does already.",
    "SettingsInvalid": "The camera does not take these values.",
}


def ask(device: Device, operation: str, *content: Element) -> Element:
    """Of the device service. Raises OnvifError."""
    return device.ask("device", element(TDS, operation, *content), deadline=patience(operation))


def patience(operation: str) -> float | None:
    """How long a device may take for it, in seconds; None for as long as usual."""
    return None if operation.startswith("Get") else SETTING_S


def offered(device: Device, operation: str, *content: Element) -> Element | None:
    """The same; None when the device does not offer it. Raises OnvifError when it is not there."""
    try:
        return ask(device, operation, *content)
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return None


def refusals(names: Iterable[str], work: Callable[[], object]) -> dict[str, str]:
    """Do it; a sentence for each of these fields when the device refuses. Raises OnvifError when it is not there."""
    try:
        work()
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return dict.fromkeys(names, sentence_of(error))
    return {}


def sentence_of(error: OnvifError) -> str:
    """Why a device refused, for who wanted something set (ONVIF Core, 5.8.2 and the faults of each operation)."""
    return next((_MEANINGS[code] for code in reversed(error.codes) if code in _MEANINGS), str(error))
