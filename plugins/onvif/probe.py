"""Trying a device before it is saved: log in, pick its streams, look at them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from core.api import Fault, FoundCamera, ProbeReport
from core.api.media import StreamFailed, look
from plugins.onvif.client.address import Address
from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError, UntrustedCertificate
from plugins.onvif.client.profiles import Channel, channels, chosen, profiles, stream_uri
from plugins.onvif.client.wsdiscovery import Match
from plugins.onvif.devices import device_of
from plugins.onvif.discovery import listen
from plugins.onvif.identity import Identity, identity
from plugins.onvif.settings import OnvifSettings
from plugins.onvif.streams import OnvifSource, fault_of
from plugins.onvif.talk import has_loudspeaker

_SHARE = 0.4
"""Of the time, for asking at most; the rest is for looking at what it sends."""
_LISTEN_S = 0.8


async def probe(settings: OnvifSettings, seconds: float) -> ProbeReport:
    """What the camera sends, what it told about itself, and the other channels of its device."""
    ends = asyncio.get_running_loop().time() + seconds
    try:
        async with asyncio.timeout_at(ends):
            told, others = await asyncio.to_thread(inquire, settings, seconds * _SHARE)
            if not told["device_id"]:
                told["device_id"] = await _endpoint(Address.of(settings.address))
            left = ends - asyncio.get_running_loop().time()
            return await _looked(settings.model_copy(update=told), told, others, left * 0.95)
    except OnvifError as error:
        return _refused(settings, error)
    except TimeoutError:
        return ProbeReport(Fault.TIMEOUT, f"The device did not answer within {seconds:g} s.", "address")


async def _endpoint(address: Address) -> str:
    """A device's UUID as it tells it by discovery, for those that tell it in no other way; empty for none."""
    heard: list[Match] = []
    await listen(heard, [], [address.host], _LISTEN_S)
    return next((one.endpoint for one in heard if any(place.port == address.port for place in one.places)), "")


def inquire(settings: OnvifSettings, seconds: float) -> tuple[dict[str, Any], tuple[FoundCamera, ...]]:
    """Settings as the device tells them, and its other channels, each as a camera of its own.

    Blocks for about `seconds` at most. Raises OnvifError.
    """
    device = device_of(settings)
    step = seconds / 2
    device.read_clock()
    who = identity(device)
    found = profiles(device, deadline=step)
    mine = chosen(found, settings.channel, settings.main_profile, settings.sub_profile)
    told = _told(device, mine, who, settings, several=len(channels(found)) > 1, step=step)
    told["moves"] = any(one.ptz for one in found if one.source == mine.source) and device.offers("ptz")
    told["speaks"], told["keeps"] = has_loudspeaker(device), device.offers("search") and device.offers("replay")
    others = [one for one in channels(found) if one.source != mine.source]
    return told, tuple(_other(one, who, settings) for one in others)


def _told(
    device: Device, channel: Channel, who: Identity, settings: OnvifSettings, *, several: bool, step: float
) -> dict[str, Any]:
    sub = channel.sub
    return {
        "channel": channel.source if several or settings.channel else "",
        "main_profile": channel.main.token,
        "sub_profile": sub.token if sub else "",
        "main_url": stream_uri(device, channel.main.token, deadline=step),
        "sub_url": stream_uri(device, sub.token, deadline=step) if sub else "",
        "device_id": who.endpoint or settings.device_id,
        "serial": who.serial or settings.serial,
    }


def _other(channel: Channel, who: Identity, settings: OnvifSettings) -> FoundCamera:
    title = f"{who.title} {channel.main.name or channel.source}".strip()
    return FoundCamera(settings.address, title, {"channel": channel.source})


async def _looked(
    settings: OnvifSettings, told: dict[str, Any], others: tuple[FoundCamera, ...], seconds: float
) -> ProbeReport:
    names = ("main", "sub") if settings.sub_url else ("main",)
    step = seconds * 0.45
    try:
        report = await look({name: OnvifSource(settings, name, step) for name in names}, seconds)
    except StreamFailed as failed:
        what = "main stream" if failed.stream == "main" else "sub stream"
        message = f"The device answers, but its {what} fails: {failed.error.message}"
        return ProbeReport(failed.error.fault, message, _stream_field(failed))
    return replace(report, settings=told, channels=others)


def _stream_field(failed: StreamFailed) -> str:
    if failed.error.fault is Fault.CREDENTIALS:
        return "password"
    if failed.error.fault in (Fault.ADDRESS, Fault.PORT):
        return "rtsp_port"
    return "main_profile" if failed.stream == "main" else "sub_profile"


def _refused(settings: OnvifSettings, error: OnvifError) -> ProbeReport:
    """Which field to mend. A locked user is told at the user, so that nobody tries further passwords."""
    if isinstance(error, UntrustedCertificate):
        remedy = {"certificate": error.fingerprint}
        return ProbeReport(Fault.CREDENTIALS, str(error), "certificate", remedy=remedy)
    field = "address"
    if error.kind == "locked":
        field = "user"
    elif error.kind == "auth":
        field = "password" if settings.user else "user"
    elif error.lasting and settings.channel and error.kind == "fault":
        field = "channel"
    return ProbeReport(fault_of(error).fault, str(error), field)
