"""The ONVIF driver and the simulated ONVIF device: tried, added, its troubles told."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from core.api import Fault
from core.api.media import Collector
from core.testing.cameras import CameraDriverContract
from plugins.onvif.driver import SPEC
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]


def settings(device, **others):
    return OnvifSettings(**{"address": device.address, "user": device.user, "password": device.password} | others)


async def playing(saved, stream="main"):
    """Wait for pictures of a stream."""
    collected = Collector()
    source = SPEC.open(saved, stream)
    source.start(collected)
    try:
        async with asyncio.timeout(30):
            assert await collected.until(lambda: len(collected.units) > 5), collected.error
    finally:
        await source.stop()


@pytest.mark.parametrize("asking", ["both", "digest", "sha256", "two", "token"])
async def test_a_probe_logs_in_picks_both_streams_and_shows_a_picture(onvif_device, asking):
    device = await asyncio.to_thread(onvif_device, asking=asking)
    report = await SPEC.probe(settings(device), 20)
    assert report.ok, report.message
    assert [one.name for one in report.streams] == ["main", "sub"]
    assert report.picture.startswith(b"\xff\xd8")
    assert (report.settings["main_profile"], report.settings["sub_profile"]) == ("gate_main", "gate_sub")
    assert report.settings["device_id"] == f"urn:uuid:{device.uuid}"
    assert not report.channels


async def test_what_was_probed_opens_without_asking_the_device_again(onvif_device):
    device = await asyncio.to_thread(onvif_device)
    report = await SPEC.probe(settings(device), 20)
    saved = settings(device, **report.settings)
    assert SPEC.streams(saved) == ("main", "sub")
    device.fault("off")
    await playing(saved, "sub")


async def test_what_was_saved_without_a_probe_is_asked_when_it_opens(onvif_device):
    device = await asyncio.to_thread(onvif_device)
    await playing(settings(device))


async def test_a_stream_that_is_elsewhere_now_is_asked_for(onvif_device):
    device = await asyncio.to_thread(onvif_device)
    report = await SPEC.probe(settings(device), 20)
    old = report.settings["main_url"].replace("/gate/main", "/before/the/update")
    await playing(settings(device, **report.settings | {"main_url": old}))


async def test_channels_of_a_recorder_are_cameras_of_their_own(onvif_device):
    device = await asyncio.to_thread(onvif_device, channels=3)
    report = await SPEC.probe(settings(device), 20)
    assert report.ok, report.message
    assert report.settings["channel"] == "gate1"
    assert [one.settings for one in report.channels] == [{"channel": "gate2"}, {"channel": "gate3"}]
    third = await SPEC.probe(settings(device, channel="gate3"), 20)
    assert third.settings["main_profile"] == "gate3_main"
    none = await SPEC.probe(settings(device, channel="gate9"), 20)
    assert (none.ok, none.field) == (False, "channel")
    assert "gate1, gate2, gate3" in none.message


@pytest.mark.parametrize("trouble", ["nat", "lying", "namespaces"])
async def test_devices_with_this_trouble_are_added_all_the_same(onvif_device, trouble):
    device = await asyncio.to_thread(onvif_device)
    device.fault(trouble)
    rtsp_port = device.park.port  # behind a router the RTSP port is forwarded too
    report = await SPEC.probe(settings(device, rtsp_port=rtsp_port), 20)
    assert report.ok, report.message
    assert report.picture


@pytest.mark.parametrize(
    ("trouble", "options", "fault", "field"),
    [
        ("html", {}, Fault.PROTOCOL, "address"),
        ("gone", {}, Fault.PROTOCOL, "address"),
        ("prefix", {}, Fault.PROTOCOL, "address"),
        ("slow", {"seconds": 30}, Fault.TIMEOUT, "address"),
        ("silent", {}, Fault.TIMEOUT, "address"),
        ("off", {}, Fault.ADDRESS, "address"),
    ],
)
async def test_other_troubles_are_told_in_a_sentence_and_in_time(onvif_device, trouble, options, fault, field):
    device = await asyncio.to_thread(onvif_device)
    device.fault(trouble, **options)
    report = await SPEC.probe(settings(device), 2.5)
    assert (report.fault, report.field) == (fault, field), report.message
    assert report.message.endswith(".")


async def test_a_wrong_password_is_told_at_its_field_and_tried_once(onvif_device):
    device = await asyncio.to_thread(onvif_device, asking="digest")
    wrong = settings(device, password=device.password + "x")
    for _ in range(4):
        report = await SPEC.probe(wrong, 20)
        assert (report.fault, report.field) == (Fault.CREDENTIALS, "password")
    assert device.calls.count(("tds", "GetDeviceInformation")) == 2, "once without, once with the password"


class TestContract(CameraDriverContract):
    """What every driver must do."""

    spec = SPEC

    @pytest.fixture(autouse=True)
    def _device(self, onvif_device):
        self.start = onvif_device

    @asynccontextmanager
    async def reachable(self):
        device = await asyncio.to_thread(self.start)
        yield settings(device)

    def unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            return OnvifSettings(address=f"127.0.0.1:{taken.getsockname()[1]}")
