"""The driver's descriptor. What it needs is loaded at first use, so that processes without cameras stay small."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from core.api import CameraDriverSpec, Edge, FoundCamera, Loudspeaker, Masks, PacketSource, ProbeReport, Ptz
from plugins.onvif.settings import OnvifSettings


def streams(settings: OnvifSettings) -> tuple[str, ...]:
    """The main stream, and the sub stream when the device has told of one."""
    return ("main", "sub") if settings.sub_profile else ("main",)


def open_stream(settings: OnvifSettings, stream: str) -> PacketSource:
    """An idle source of one stream."""
    from plugins.onvif.streams import OnvifSource

    return OnvifSource(settings, stream)


async def probe(settings: OnvifSettings, timeout: float) -> ProbeReport:  # noqa: ASYNC109 - the contract's signature
    """What the camera sends, or what is wrong with the way to it."""
    from plugins.onvif.probe import probe as probed

    return await probed(settings, timeout)


async def find(addresses: Sequence[str], seconds: float) -> Sequence[FoundCamera]:
    """ONVIF devices on the own networks and at these addresses."""
    from core.api.services import own_interfaces
    from plugins.onvif.discovery import search

    return await search(addresses, seconds, own_interfaces())


def ptz(settings: OnvifSettings) -> Ptz | None:
    """What moves the camera."""
    from plugins.onvif.ptz.moving import OnvifPtz

    return OnvifPtz(settings) if settings.moves else None


async def outputs(settings: OnvifSettings, timeout: float) -> Sequence[str]:  # noqa: ASYNC109 - the contract's signature
    """Names of what the device can switch."""
    from plugins.onvif.outputs import names

    return await names(settings)


async def set_output(settings: OnvifSettings, output: str, on: bool, timeout: float) -> None:  # noqa: ASYNC109 - as above
    """Switch one of these."""
    from plugins.onvif.outputs import switch

    await switch(settings, output, on)


async def set_masks(settings: OnvifSettings, masks: Masks, timeout: float) -> Masks:  # noqa: ASYNC109 - as above
    """Have it cover these itself."""
    from plugins.onvif.configuring.masks import set_masks as given

    return await given(settings, masks)


def talk(settings: OnvifSettings) -> AbstractAsyncContextManager[Loudspeaker] | None:
    """The way to its loudspeaker."""
    if not settings.speaks:
        return None
    from plugins.onvif.talk import way

    return way(settings)


def edge(settings: OnvifSettings) -> Edge | None:
    """What it keeps itself."""
    if not settings.keeps:
        return None
    from plugins.onvif.edge.card import OnvifCard

    return OnvifCard(settings)


SPEC = CameraDriverSpec(
    name="onvif",
    title="ONVIF",
    settings=OnvifSettings,
    streams=streams,
    open=open_stream,
    probe=probe,
    find=find,
    ptz=ptz,
    set_output=set_output,
    outputs=outputs,
    set_masks=set_masks,
    talk=talk,
    edge=edge,
)
