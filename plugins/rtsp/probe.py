"""Looking at a camera: the very sources that record it, listened to for a moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core.api import AccessUnit, Fault, ProbeReport, SourceError, StreamReport, Track
from core.api.media import Collector, PictureError, TransportRefused, picture
from plugins.rtsp.settings import RtspSettings
from plugins.rtsp.sources import STEP_S, source

LOOK_MS = 1500
_CLOSING_S = 2.0


async def look(settings: RtspSettings, seconds: float) -> ProbeReport:
    """Probe every stream of the camera at once. Answers within `seconds`."""
    deadline = max(seconds / 2, seconds - _CLOSING_S)
    names = ("main", "sub") if settings.sub_url else ("main",)
    reports = await asyncio.gather(*(_look_at(settings, name, deadline) for name in names))
    for report in reports:
        if not report.ok:
            return report
    return replace(reports[0], streams=tuple(stream for report in reports for stream in report.streams))


async def _look_at(settings: RtspSettings, name: str, seconds: float) -> ProbeReport:
    collected = Collector()
    session = source(settings, name, min(STEP_S, seconds * 0.9))
    session.start(collected)
    try:
        async with asyncio.timeout(seconds):
            await collected.until(lambda: _span_ms(collected) >= LOOK_MS and _keyframe(collected) is not None)
    except TimeoutError:
        pass  # what has come by now says enough
    finally:
        await session.stop()
    video = collected.info.video if collected.info else None
    if video is None or not collected.of(video.index):
        address = "url" if name == "main" else "sub_url"
        return _fault(settings, address, collected.error or _silence(seconds, connected=video is not None))
    return await _described(collected, video, name)


async def _described(collected: Collector, video: Track, name: str) -> ProbeReport:
    audio = collected.info.audio if collected.info else None
    span = _span_ms(collected)
    stream = StreamReport(
        name=name,
        codec=video.codec.value,
        width=video.width,
        height=video.height,
        fps=round(video.fps or _frame_rate(collected.of(video.index), video.timescale), 2),
        bitrate=round(sum(len(unit.data) for unit in collected.units) * 8000 / span) if span else 0,
        audio=audio.codec.value if audio else "",
    )
    if name != "main":
        return ProbeReport(streams=(stream,))
    shot, message = await _picture(video, _keyframe(collected))
    return ProbeReport(streams=(stream,), picture=shot, message=message)


async def _picture(video: Track, keyframe: AccessUnit | None) -> tuple[bytes, str]:
    if keyframe is None:
        return b"", "The camera sends, but no keyframe came; shorten its interval between keyframes."
    try:
        return await asyncio.to_thread(picture, video, keyframe.data), ""
    except PictureError as error:
        return b"", f"The camera sends, but its picture cannot be shown here ({error})."


def _keyframe(collected: Collector) -> AccessUnit | None:
    video = collected.info.video if collected.info else None
    if video is None:
        return None
    return next((unit for unit in collected.units if unit.track == video.index and unit.keyframe), None)


def _span_ms(collected: Collector) -> float:
    """Media time that the video collected covers: a server may send its last seconds in one burst."""
    video = collected.info.video if collected.info else None
    units = collected.of(video.index) if video else []
    return (units[-1].dts - units[0].dts) * 1000 / video.timescale if video and len(units) > 1 else 0.0


def _frame_rate(units: list[AccessUnit], timescale: int) -> float:
    times = sorted(unit.pts for unit in units)
    return (len(times) - 1) * timescale / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0


def _silence(seconds: float, *, connected: bool) -> SourceError:
    what = "The camera described its stream but sent no picture" if connected else "The camera did not begin to send"
    return SourceError(Fault.TIMEOUT, f"{what} within {seconds:g} s.")


def _fault(settings: RtspSettings, address: str, error: SourceError) -> ProbeReport:
    field = address
    if error.fault is Fault.CREDENTIALS:
        field = "password" if settings.username else "username"
    elif isinstance(error, TransportRefused):
        field = "transport"
    return ProbeReport(fault=error.fault, message=error.message, field=field)
