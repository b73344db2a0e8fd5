"""Which source reads which address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from core.api import AccessUnit, PacedSource, PacketSink, PacketSource, SourceError, StreamInfo
from core.api.media import RtspSource, RtspTarget, TransportRefused
from plugins.rtsp.settings import RtspSettings

if TYPE_CHECKING:
    from core.api.media import AvSource

STEP_S = 5.0
# Datagrams of a keyframe come in one burst; the default receive buffer loses its end.
_UDP = {"rtsp_transport": "udp", "buffer_size": "4194304"}


def source(settings: RtspSettings, stream: str, step: float = STEP_S) -> PacketSource:
    """An idle source of one stream. step: seconds each step of connecting may take."""
    url = settings.url if stream == "main" else settings.sub_url
    scheme = urlsplit(url).scheme
    if scheme == "file":
        from core.api.media import AvSource  # loads PyAV, as in `_av`

        return AvSource(unquote(urlsplit(url).path), audio=settings.audio, loop=True)
    if scheme.startswith("http"):
        return _av(settings, url, step, {})
    if settings.transport == "udp" and scheme == "rtsp":
        return _av(settings, url, step, _UDP)
    target = RtspTarget.of(
        url, settings.username, settings.password.get_secret_value(), verify=settings.verify_certificate
    )
    lean = RtspSource(target, audio=settings.audio, step=step, handshake=2 * step)
    if settings.transport == "tcp" or scheme == "rtsps":
        return lean
    return Automatic(lean, lambda: _av(settings, url, step, _UDP))


def _av(settings: RtspSettings, url: str, step: float, options: dict[str, str]) -> AvSource:
    from core.api.media import AvSource

    password = settings.password.get_secret_value()
    return AvSource(
        url, username=settings.username, password=password, options=options, audio=settings.audio, step=step
    )


class Automatic:
    """TCP, and UDP once the camera has said that it does not send over TCP (461)."""

    def __init__(self, first: PacketSource, other: Callable[[], PacketSource]) -> None:
        self._source = first
        self._other: Callable[[], PacketSource] | None = other
        self._sink: PacketSink | None = None
        self._stopping = False

    def start(self, sink: PacketSink) -> None:
        """Begin with the first."""
        self._sink = sink
        self._source.start(self)

    def pace(self, seconds: float) -> None:
        """Of the one that runs, if it has one."""
        if isinstance(self._source, PacedSource):
            self._source.pace(seconds)

    async def stop(self) -> None:
        """Stop the one that runs."""
        self._stopping = True
        await self._source.stop()

    def on_stream(self, info: StreamInfo) -> None:
        """From the source that runs."""
        if self._sink is not None:
            self._sink.on_stream(info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """From the source that runs."""
        if self._sink is not None:
            self._sink.on_units(units)

    def on_end(self, error: SourceError | None) -> None:
        """Change over, or pass the end on."""
        if isinstance(error, TransportRefused) and self._other is not None and not self._stopping:
            self._source, self._other = self._other(), None
            self._source.start(self)
        elif self._sink is not None:
            self._sink.on_end(error)
