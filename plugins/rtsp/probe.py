"""Looking at a camera, and which settings field to mend when it does not send."""

from __future__ import annotations

from core.api import Fault, ProbeReport
from core.api.media import StreamFailed, TransportRefused, look
from plugins.rtsp.settings import RtspSettings
from plugins.rtsp.sources import STEP_S, source


async def probe(settings: RtspSettings, seconds: float) -> ProbeReport:
    """Look at every stream of the camera at once. Answers within `seconds`."""
    step = min(STEP_S, seconds * 0.45)
    names = ("main", "sub") if settings.sub_url else ("main",)
    try:
        return await look({name: source(settings, name, step) for name in names}, seconds)
    except StreamFailed as failed:
        return ProbeReport(fault=failed.error.fault, message=failed.error.message, field=_field(settings, failed))


def _field(settings: RtspSettings, failed: StreamFailed) -> str:
    if failed.error.fault is Fault.CREDENTIALS:
        return "password" if settings.username else "username"
    if isinstance(failed.error, TransportRefused):
        return "transport"
    return "url" if failed.stream == "main" else "sub_url"
