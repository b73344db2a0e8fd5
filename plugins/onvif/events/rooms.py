"""Which camera a notification of a device with several channels is about."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import every, text
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.settings import OnvifSettings

_MEDIA = NAMESPACES["media"]


class Rooms:
    """The cameras of one device. A device of one camera is asked nothing."""

    def __init__(self, device: Device, channels: Mapping[int, OnvifSettings]) -> None:
        self.channels = dict(channels)
        self._device = device
        self._sources: dict[str, str] | None = None
        self._asking = threading.Lock()

    def of(self, token: str) -> Sequence[int]:
        """The cameras meant by a token of a video source or of its configuration; the first one where none is meant."""
        cameras = sorted(self.channels)
        if len(cameras) == 1 or not token:
            return cameras[:1]
        source = token if token in {one.channel for one in self.channels.values()} else self._source_of(token)
        return [one for one in cameras if self.channels[one].channel == source] or cameras[:1]

    def _source_of(self, configuration: str) -> str:
        with self._asking:
            if self._sources is None:
                self._sources = self._asked()
        return self._sources.get(configuration, "")

    def _asked(self) -> dict[str, str]:
        try:
            answer = self._device.ask("media", element(_MEDIA, "GetVideoSourceConfigurations"))
        except OnvifError:
            return {}
        return {one.get("token", ""): text(one, "SourceToken") for one in every(answer, "Configurations")}
