"""A device at an IPv6 address, as a person writes it: probed, its stream opened, its card and its events asked for."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence

import pytest

from core.api import AccessUnit, SourceError, StreamInfo, SystemClock
from plugins.onvif.devices import device_of
from plugins.onvif.driver import SPEC
from plugins.onvif.events.pullpoint import subscribe
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.onvif.troubles import Trouble
from plugins.simulator.testing import DeviceFace, onvif_device

__all__ = ["onvif_device"]
Make = Callable[..., DeviceFace]
HOST = "::1"


def has_ipv6() -> bool:
    try:
        socket.create_server((HOST, 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


class Sink:
    """Waits for the first units, or the end."""

    def __init__(self) -> None:
        self.pictures: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_stream(self, info: StreamInfo) -> None:
        """It is open."""

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        if not self.pictures.done():
            self.pictures.set_result(len(units))

    def on_end(self, error: SourceError | None) -> None:
        if not self.pictures.done():
            self.pictures.set_exception(error or AssertionError("it ended"))


pytestmark = pytest.mark.skipif(not has_ipv6(), reason="NO IPv6: this machine has no loopback address of it")


@pytest.mark.parametrize("trouble", [None, Trouble.NAT, Trouble.LYING])
def test_a_device_at_an_ipv6_address_is_reached(onvif_device: Make, trouble: Trouble | None) -> None:
    """Also one that tells addresses of another kind for its services and streams."""
    device = onvif_device(host=HOST)
    if trouble is not None:
        device.fault(trouble)
    login = {"address": device.address, "user": device.user, "password": device.password}
    assert device.address.startswith("[::1]:")

    async def reached() -> tuple[bool, str, int, int]:
        settings = OnvifSettings(**login, rtsp_port=device.park.port)
        report = await SPEC.probe(settings, 20)
        settings = OnvifSettings(**(settings.model_dump() | dict(report.settings)))
        source = SPEC.open(settings, "main")
        sink = Sink()
        source.start(sink)
        try:
            async with asyncio.timeout(20):
                pictures = await sink.pictures
        finally:
            await source.stop()
        assert SPEC.edge is not None
        card = SPEC.edge(settings)
        assert card is not None
        now = int(time.time() * 1000)
        kept = await card.holdings(now - 60_000, now)
        return report.ok, report.message, pictures, len(kept)

    ok, message, pictures, kept = asyncio.run(reached())
    assert ok, message
    assert pictures and kept
    client = device_of(OnvifSettings(**login))
    point = subscribe(client, SystemClock())
    assert point.address.startswith(f"http://{device.address}/")
    device.tell("motion", True)
    assert point.pull()
    point.give_back()
