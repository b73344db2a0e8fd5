"""The ONVIF driver and the simulated ONVIF device: tried, added, its troubles told."""

import asyncio

import pytest

from core.api import Fault
from core.api.media import Collector
from plugins.onvif.driver import SPEC
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]


def settings(device, **others):
    return OnvifSettings(address=device.address, user=device.user, password=device.password, **others)


@pytest.mark.parametrize("asking", ["both", "digest", "sha256", "two", "token"])
async def test_a_probe_logs_in_picks_both_streams_and_shows_a_picture(onvif_device, asking):
    device = await asyncio.to_thread(onvif_device, asking=asking)
    report = await SPEC.probe(settings(device), 20)
    assert report.ok, report.message
    main, sub = report.streams
    assert (main.name, sub.name) == ("main", "sub")
    assert report.picture.startswith(b"\xff\xd8")
    assert (report.settings["main_profile"], report.settings["sub_profile"]) == ("gate_main", "gate_sub")
    assert report.settings["main_url"].startswith("rtsp://")
    print(report.settings, main, sub)


async def test_what_was_probed_opens_without_asking_the_device_again(onvif_device):
    device = await asyncio.to_thread(onvif_device)
    report = await SPEC.probe(settings(device), 20)
    saved = settings(device, **report.settings)
    assert SPEC.streams(saved) == ("main", "sub")
    device.fault("off")
    collected = Collector()
    source = SPEC.open(saved, "sub")
    source.start(collected)
    async with asyncio.timeout(20):
        assert await collected.until(lambda: len(collected.units) > 5)
    await source.stop()


async def test_a_wrong_password_is_told_at_its_field_and_tried_once(onvif_device):
    device = await asyncio.to_thread(onvif_device, asking="digest")
    report = await SPEC.probe(
        settings(device).model_copy(update={"password": type(settings(device).password)("no")}), 20
    )
    assert (report.fault, report.field) == (Fault.CREDENTIALS, "password")
    print(device.calls, report.message)
