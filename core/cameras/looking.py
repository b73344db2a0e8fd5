"""Looking at a camera for a probe: the very sources that record it, listened to for a moment. Needs no Django."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from core.hookspecs.cameras import ProbeReport, StreamReport
from core.media.collector import Collector
from core.media.source import Fault, PacketSource, SourceError
from core.media.units import AccessUnit, Track

LOOK_MS = 1500
CLOSING_S = 2.0


class StreamFailed(Exception):
    """A stream sends no video. stream: its name; error: why, as its source told."""

    def __init__(self, stream: str, error: SourceError) -> None:
        super().__init__(error.message)
        self.stream = stream
        self.error = error


async def look(sources: Mapping[str, PacketSource], seconds: float) -> ProbeReport:
    """Look at idle sources by the names of their streams, "main" first, all at once. Answers within `seconds`.

    The report has the picture of the first. Raises StreamFailed for the first of them that fails.
    """
    deadline = max(seconds / 2, seconds - CLOSING_S)
    looks = (_look_at(source, name, deadline) for name, source in sources.items())
    outcomes = await asyncio.gather(*looks, return_exceptions=True)
    reports = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        reports.append(outcome)
    return replace(reports[0], streams=tuple(stream for report in reports for stream in report.streams))


async def _look_at(source: PacketSource, name: str, seconds: float) -> ProbeReport:
    collected = Collector()
    source.start(collected)
    try:
        async with asyncio.timeout(seconds):
            await collected.until(lambda: _span_ms(collected) >= LOOK_MS and _keyframe(collected) is not None)
    except TimeoutError:
        pass  # what has come by now says enough
    finally:
        await source.stop()
    video = collected.info.video if collected.info else None
    if video is None or not collected.of(video.index):
        raise StreamFailed(name, collected.error or _silence(seconds, connected=video is not None))
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
    from core.media.pictures import PictureError, picture  # loads PyAV

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
