"""A camera's streams: by the address that the device told when it was added, and asked anew when that leads nowhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from core.api import AccessUnit, Fault, PacedSource, PacketSink, PacketSource, SourceError, StreamInfo
from core.api.media import RtspSource, RtspTarget
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import chosen, profiles, stream_uri
from plugins.onvif.devices import device_of
from plugins.onvif.settings import OnvifSettings

log = logging.getLogger("eyrie.onvif")

STEP_S = 5.0
_STALE = frozenset({Fault.PATH, Fault.PORT})
_KIND = {
    "unreachable": Fault.ADDRESS,
    "timeout": Fault.TIMEOUT,
    "certificate": Fault.CREDENTIALS,
    "auth": Fault.CREDENTIALS,
    "locked": Fault.CREDENTIALS,
}


def target_of(settings: OnvifSettings, url: str) -> RtspTarget:
    """What the RTSP client opens for an address as the device told it. Raises OnvifError and SourceError."""
    reached = device_of(settings).reachable(url)
    return RtspTarget.of(reached, settings.user, settings.password.get_secret_value())


def stored_url(settings: OnvifSettings, stream: str) -> str:
    """The address of a stream as the device told it when it was asked last; empty where it was not."""
    return settings.main_url if stream == "main" else settings.sub_url


def asked_url(settings: OnvifSettings, stream: str) -> str:
    """The address of a stream, asked now. Blocks; raises OnvifError."""
    device = device_of(settings)
    token = settings.main_profile if stream == "main" else settings.sub_profile
    if not token:
        channel = chosen(profiles(device), settings.channel)
        profile = channel.main if stream == "main" else channel.sub
        if profile is None:
            raise OnvifError("fault", "The device has no smaller stream any more.", lasting=True)
        token = profile.token
    return stream_uri(device, token)


def fault_of(error: OnvifError) -> SourceError:
    """The same as the recorder tells it."""
    return SourceError(_KIND.get(error.kind, Fault.PROTOCOL), str(error))


class OnvifSource:
    """One stream of a device. What is asked anew is not kept: the plugin's worker does that for all processes."""

    def __init__(self, settings: OnvifSettings, stream: str, step: float = STEP_S) -> None:
        self._settings = settings
        self._stream = stream
        self._step = step
        self._source: PacketSource | None = None
        self._sink: PacketSink | None = None
        self._asking: asyncio.Task[None] | None = None
        self._asked = False
        self._stopping = False

    def start(self, sink: PacketSink) -> None:
        """By the address that is known, or by asking for it."""
        self._sink = sink
        known = stored_url(self._settings, self._stream)
        if known:
            self._open(known)
        else:
            self._ask()

    def pace(self, seconds: float) -> None:
        """Of the session that runs."""
        if isinstance(self._source, PacedSource):
            self._source.pace(seconds)

    async def stop(self) -> None:
        """End the session, or the asking."""
        self._stopping = True
        if self._source is not None:
            await self._source.stop()
        elif self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
            self._end(None)

    def on_stream(self, info: StreamInfo) -> None:
        """From the session that runs."""
        if self._sink is not None:
            self._sink.on_stream(info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """From the session that runs."""
        if self._sink is not None:
            self._sink.on_units(units)

    def on_end(self, error: SourceError | None) -> None:
        """Ask where the stream is now, once, or pass the end on."""
        if error is not None and error.fault in _STALE and not self._asked and not self._stopping:
            self._source = None
            self._ask()
        else:
            self._end(error)

    def _ask(self) -> None:
        self._asked = True
        self._asking = asyncio.get_running_loop().create_task(self._asked_anew())

    async def _asked_anew(self) -> None:
        try:
            url = await asyncio.to_thread(asked_url, self._settings, self._stream)
        except OnvifError as error:
            self._end(fault_of(error))
            return
        self._open(url)

    def _open(self, url: str) -> None:
        try:
            target = target_of(self._settings, url)
        except OnvifError as error:
            self._later(fault_of(error))
            return
        except SourceError as error:
            self._later(error)
            return
        self._asking = None
        source = RtspSource(target, audio=self._settings.audio, step=self._step, handshake=2 * self._step)
        self._source = source
        source.start(self)

    def _later(self, error: SourceError) -> None:
        """`start` returns before anything fails."""
        asyncio.get_running_loop().call_soon(self._end, error)

    def _end(self, error: SourceError | None) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.on_end(error)
