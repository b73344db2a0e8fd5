"""The devices of this process: one object a device and user, so that what was learnt about it is learnt once."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

from django.utils.crypto import salted_hmac

from core.api import SystemClock
from plugins.onvif.client.address import Address
from plugins.onvif.client.device import Device
from plugins.onvif.client.patience import SharedPatience
from plugins.onvif.settings import OnvifSettings

MOST = 512
_Key = tuple[Address, str, str, bool, int, str]
_devices: OrderedDict[_Key, Device] = OrderedDict()
_lock = threading.Lock()


def device_of(settings: OnvifSettings) -> Device:
    """The device of a camera. Touches no network."""
    address, password = Address.of(settings.address), settings.password.get_secret_value()
    key = (address, settings.user, password, settings.nat, settings.rtsp_port, settings.certificate)
    with _lock:
        device = _devices.pop(key, None)
        if device is None:
            device = Device(
                address,
                settings.user,
                password,
                nat=settings.nat,
                rtsp_port=settings.rtsp_port,
                pin=settings.certificate,
                patience=_patience(address, settings.user, password),
            )
        _devices[key] = device
        oldest = _devices.popitem(last=False)[1] if len(_devices) > MOST else None
    if oldest is not None:
        oldest.close()
    return device


def _patience(address: Address, user: str, password: str) -> SharedPatience:
    """After a refused password all processes wait, by a file that holds no secret."""
    from core.api.services import data_directory  # once Django is set up

    name = hashlib.sha256(f"{user}@{address.authority}".encode()).hexdigest()[:16]
    tag = salted_hmac("plugins.onvif.devices", password, algorithm="sha256").hexdigest()
    return SharedPatience(SystemClock(), data_directory() / "run" / f"onvif-login-{name}", tag)
