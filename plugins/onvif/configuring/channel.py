"""Which part of a device a camera is."""

from __future__ import annotations

from plugins.onvif.client.device import Device
from plugins.onvif.client.profiles import Channel, chosen, profiles
from plugins.onvif.settings import OnvifSettings


def channel_of(device: Device, settings: OnvifSettings) -> Channel:
    """The video source and the profiles that Eyrie takes of it, asked now. Raises OnvifError."""
    return chosen(profiles(device), settings.channel, settings.main_profile, settings.sub_profile)
