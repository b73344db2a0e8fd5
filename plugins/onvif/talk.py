"""Talking to a device: its audio backchannel (ONVIF Streaming Specification, section 5.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.api import Loudspeaker
from core.api.media import open_backchannel
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import every
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.settings import OnvifSettings
from plugins.onvif.streams import asked_url, fault_of, stored_url, target_of

_ASKED = (
    ("media2", "media2", "GetAudioOutputConfigurations", "Configurations"),
    ("media", "media", "GetAudioOutputs", "AudioOutputs"),
    ("deviceio", "media", "GetAudioOutputs", "AudioOutputs"),
)
"""Service, whose namespace its request is in, operation, what its answer lists. The I/O service shares media's."""


def has_loudspeaker(device: Device) -> bool:
    """Whether a device says that it has one. Blocks. Raises OnvifError when it does not answer."""
    for service, namespace, operation, listed in _ASKED:
        if not device.offers(service):
            continue
        try:
            answer = device.ask(service, element(NAMESPACES[namespace], operation))
        except OnvifError as error:
            if error.kind not in ("unsupported", "fault", "nonsense"):
                raise
            continue
        if any(True for _ in every(answer, listed)):
            return True
    return False


@asynccontextmanager
async def way(settings: OnvifSettings) -> AsyncIterator[Loudspeaker]:
    """The way to a camera's loudspeaker. Raises core.api.SourceError."""
    try:
        url = stored_url(settings, "main") or await asyncio.to_thread(asked_url, settings, "main")
        target = target_of(settings, url)
    except OnvifError as error:
        raise fault_of(error) from error
    async with open_backchannel(target) as channel:
        yield channel
