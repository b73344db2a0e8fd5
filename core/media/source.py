"""The seam between ingest and everything behind it.

A `PacketSource` is one upstream session with one stream of one camera. It pushes batches into a `PacketSink`, always
on the event loop it was started on, so nothing behind it needs a lock; a source that blocks (PyAV) runs its own thread
and crosses over with `call_soon_threadsafe`. Pushing batches, not awaiting packets: at 64 cameras an awaited queue
costs as much as the whole RTP parsing.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

from core.media.units import AccessUnit, StreamInfo


class Fault(StrEnum):
    """Which part of reaching a camera is wrong. Probe results and camera states carry it; forms map it to a field."""

    ADDRESS = "address"  # unknown host, no route, no answer
    PORT = "port"  # connection refused, or something else than the protocol answers there
    CREDENTIALS = "credentials"  # 401/403
    PATH = "path"  # 404, 454, no such file, no video in it
    CODEC = "codec"  # video is there, in a codec that cannot be recorded
    TIMEOUT = "timeout"  # connected, then silence
    PROTOCOL = "protocol"  # the peer speaks nonsense
    CLOSED = "closed"  # the peer ended an established session
    ENDED = "ended"  # a file source reached its end


class SourceError(Exception):
    """Why a source cannot start or has stopped: `fault` says which part, the message is one sentence for a person."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message

    def __reduce__(self) -> tuple[type[SourceError], tuple[Fault, str]]:
        return type(self), (self.fault, self.message)


class PacketSink(Protocol):
    """Receives one source's output, on the loop the source was started on. Must not block and must not raise."""

    def on_stream(self, info: StreamInfo) -> None:
        """The tracks from now on; called before the first unit and on every change of parameters."""

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """A batch of access units in arrival order. The sink may keep them; the source does not touch them again."""

    def on_end(self, error: SourceError | None) -> None:
        """The source has ended by itself and released everything; None when `stop()` was the reason. Called once."""


class PacketSource(Protocol):
    """One upstream session. Made idle by a driver, started once, stopped once; a reconnect makes a new one."""

    def start(self, sink: PacketSink) -> None:
        """Begin connecting, on the running event loop. Returns at once; failures arrive at `sink.on_end`."""

    async def stop(self) -> None:
        """End the session (TEARDOWN where there is one) within 2 s. Idempotent; `on_end(None)` has run on return."""


@runtime_checkable
class PacedSource(PacketSource, Protocol):
    """A source that may look for media less often while nobody watches. Optional: one without delivers as it comes."""

    def pace(self, seconds: float) -> None:
        """From now on a unit may be kept back so long, to be delivered with others. Called on the source's loop, once
        it has told its tracks and whenever that changes. `wall_ms` may come out later by no more than that.
        """
