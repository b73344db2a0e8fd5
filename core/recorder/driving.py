"""Calls of camera drivers, which are plugins' objects: whatever they raise becomes a SourceError of that camera."""

from __future__ import annotations

from typing import Protocol, TypeVar

from core.cameras.queries import CameraConfig
from core.hookspecs.cameras import CameraDriverSpec
from core.media.source import Fault, PacedSource, PacketSink, PacketSource, SourceError
from core.pluginhost import host
from core.pluginhost.guard import Outcome, describe

T = TypeVar("T")


class Driver(Protocol):
    """Opens sources of one camera."""

    def begin(self, stream: str, sink: PacketSink) -> PacketSource:
        """A started source. Raises SourceError."""

    def pace(self, source: PacketSource, seconds: float) -> None:
        """Let a source keep units back so long, if it can; its failures are the plugin's, not ours."""

    async def end(self, source: PacketSource) -> None:
        """Stop a source; its failures are the plugin's, not ours."""


class PluginDriver:
    """The driver that a camera's configuration names."""

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._plugin = host().registry.entry(CameraDriverSpec, config.driver).plugin if config.spec else ""

    def begin(self, stream: str, sink: PacketSink) -> PacketSource:
        """Open and start a source of one stream."""
        spec, settings = self._config.spec, self._config.settings
        if spec is None or settings is None:
            raise SourceError(Fault.PROTOCOL, self._config.fault)
        source = self._value(host().run(self._plugin, "open a source", spec.open, settings, stream))
        self._value(host().run(self._plugin, "start a source", source.start, sink))
        return source

    def pace(self, source: PacketSource, seconds: float) -> None:
        """Set the pace of a source that has one."""
        if isinstance(source, PacedSource):
            host().run(self._plugin, "set the pace of a source", source.pace, seconds)

    async def end(self, source: PacketSource) -> None:
        """Stop a source."""
        await host().run_async(self._plugin, "stop a source", source.stop)

    def streams(self) -> tuple[str, ...]:
        """Names of the streams that the settings offer."""
        spec, settings = self._config.spec, self._config.settings
        if spec is None or settings is None:
            return ("main",)
        outcome = host().run(self._plugin, "name the streams", spec.streams, settings)
        return outcome.value or ("main",)

    def _value(self, outcome: Outcome[T]) -> T:
        if isinstance(outcome.error, SourceError):
            raise outcome.error
        if outcome.error is not None:
            message = f"The driver {self._config.driver!r} failed ({describe(outcome.error)})."
            raise SourceError(Fault.PROTOCOL, message) from outcome.error
        return outcome.value  # type: ignore[return-value]  # without an error there is a value, None for None
