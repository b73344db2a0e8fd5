"""The driver's descriptor. What looks at cameras and finds them is loaded at first use: few processes ever do."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import CameraDriverSpec, FoundCamera, PacketSource, ProbeReport
from plugins.rtsp.settings import RtspSettings
from plugins.rtsp.sources import source


def streams(settings: RtspSettings) -> tuple[str, ...]:
    """The main stream, and the sub stream when it has an address."""
    return ("main", "sub") if settings.sub_url else ("main",)


def open_stream(settings: RtspSettings, stream: str) -> PacketSource:
    """An idle source of one stream."""
    return source(settings, stream)


async def probe(settings: RtspSettings, timeout: float) -> ProbeReport:  # noqa: ASYNC109 - the contract's own signature
    """What the camera sends, or what is wrong with the way to it."""
    from plugins.rtsp.probe import probe as probed

    return await probed(settings, timeout)


async def find(addresses: Sequence[str], seconds: float) -> Sequence[FoundCamera]:
    """RTSP servers at these addresses. Their paths and credentials are the person's to add."""
    from plugins.rtsp.discovery import search

    return await search(addresses, seconds)


SPEC = CameraDriverSpec(
    name="rtsp",
    title="RTSP",
    settings=RtspSettings,
    streams=streams,
    open=open_stream,
    probe=probe,
    find=find,
)
