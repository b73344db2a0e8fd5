"""Talking to a device and fetching what it keeps, against the simulated one."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from pydantic import SecretStr

from core.api import AccessUnit, EdgeStretch, SourceError, StreamInfo, SystemClock
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.devices import device_of
from plugins.onvif.driver import edge, talk
from plugins.onvif.edge import search
from plugins.onvif.edge.search import Recording, moment, of_camera, written
from plugins.onvif.probe import inquire
from plugins.onvif.settings import OnvifSettings
from plugins.onvif.talk import has_loudspeaker, way
from plugins.simulator.testing import DeviceFace, onvif_device

__all__ = ["onvif_device"]
Make = Callable[..., DeviceFace]
TONE = 700
SECONDS = 60


def settings_of(device: DeviceFace, channel: str = "") -> OnvifSettings:
    password = SecretStr(device.password)
    given = OnvifSettings(address=device.address, user=device.user, password=password, channel=channel)
    told, _ = inquire(given, 20)
    return given.model_copy(update=told)


@pytest.mark.parametrize("lacks", [set(), {"tr2"}, {"tr2", "trt"}])
def test_a_loudspeaker_is_known_by_whichever_service_there_is(onvif_device: Make, lacks: set[str]) -> None:
    for speaker in (True, False):
        device = onvif_device(lacks=lacks, camera={"speaker": speaker})
        given = OnvifSettings(address=device.address, user=device.user, password=SecretStr(device.password))
        assert has_loudspeaker(device_of(given)) is speaker


def hours_ago(hours: float) -> int:
    """Where a group of pictures begins on the simulated card: one every two seconds."""
    return SystemClock().wall_ms() // 2000 * 2000 - round(hours * 3_600_000)


def tone(rate: int, ms: int = 600) -> list[bytes]:
    samples = np.sin(2 * np.pi * TONE * np.arange(rate * ms // 1000) / rate) * 12_000
    return [piece.tobytes() for piece in samples.astype("<i2").reshape(-1, rate // 50)]


async def fetched(settings: OnvifSettings, start_ms: int, end_ms: int) -> list[AccessUnit]:
    card = edge(settings)
    assert card is not None
    units: list[AccessUnit] = []
    async with asyncio.timeout(SECONDS):
        for stretch in await card.holdings(start_ms, end_ms):
            a, b = max(start_ms, stretch.start_ms), min(end_ms, stretch.end_ms)
            async for part in card.fetch(stretch, a, b):
                if not isinstance(part, StreamInfo):
                    units += part
    return units


def test_a_device_tells_what_it_has(onvif_device: Make) -> None:
    settings = settings_of(onvif_device())
    assert (settings.speaks, settings.keeps) == (True, True)
    poor = settings_of(onvif_device(camera={"card": False, "speaker": False}))
    assert poor.speaks is False
    assert talk(poor) is None


@pytest.mark.parametrize("asking", ["both", "sha256"])
async def test_what_is_said_is_heard_at_the_device(onvif_device: Make, asking: str) -> None:
    device = onvif_device(asking=asking)
    settings = await asyncio.to_thread(settings_of, device)
    async with asyncio.timeout(SECONDS), way(settings) as loudspeaker:
        for piece in tone(loudspeaker.sample_rate):
            await loudspeaker.say(piece)
            await asyncio.sleep(0.005)
        heard = b""
        while len(heard) < 5000:
            await asyncio.sleep(0.05)
            heard = await asyncio.to_thread(device.heard)
    with wave.open(io.BytesIO(heard)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert abs(np.argmax(spectrum) * rate / len(samples) - TONE) < 10


async def test_talking_with_the_wrong_password(onvif_device: Make) -> None:
    device = onvif_device()
    settings = await asyncio.to_thread(settings_of, device)
    with pytest.raises(SourceError):
        async with way(settings.model_copy(update={"password": SecretStr("wrong")})):
            pass


async def test_what_it_keeps_is_found_and_fetched(onvif_device: Make) -> None:
    device = onvif_device()
    begin = hours_ago(2)
    device.keep([(begin, begin + 20_000), (begin + 60_000, begin + 90_000), (begin + 3_600_000, None)])
    settings = await asyncio.to_thread(settings_of, device)
    card = edge(settings)
    assert card is not None
    found = await card.holdings(begin + 10_000, begin + 80_000)
    assert [(one.start_ms - begin, one.end_ms - begin) for one in found] == [(10_000, 20_000), (60_000, 80_000)]
    units = await fetched(settings, begin + 10_000, begin + 80_000)
    pictures = [unit.wall_ms - begin for unit in units if unit.track == 0]
    assert all(after > before for before, after in pairwise(pictures))
    inside = [at for at in pictures if 10_000 <= at < 80_000]
    assert [at for at in inside if 20_100 < at < 59_000] == []
    assert inside[0] < 10_200
    assert inside[-1] > 79_800
    assert ("tse", "EndSearch") in device.calls


async def test_a_device_whose_clock_is_wrong(onvif_device: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour ahead: what it calls three o'clock was two o'clock. (The simulated card goes by the right time, so it is
    given what a device would have called it.)
    """
    device = onvif_device()
    begin, hour = hours_ago(3), 3_600_000
    device.keep([(begin + hour, begin + hour + 10_000)])
    settings = await asyncio.to_thread(settings_of, device)
    asked = device_of(settings)
    monkeypatch.setattr(asked, "ahead_ms", lambda: hour)
    card = edge(settings)
    assert card is not None
    [found] = await card.holdings(begin - 5_000, begin + 40_000)
    assert abs(found.start_ms - begin) < 50
    units = await fetched(settings, begin, begin + 10_000)
    pictures = [unit.wall_ms for unit in units if unit.track == 0]
    assert abs(pictures[0] - begin) < 200
    assert abs(pictures[-1] - begin - 10_000) < 200


async def test_a_channel_of_several(onvif_device: Make) -> None:
    device = onvif_device(channels=2)
    begin = hours_ago(2)
    device.keep([(begin, begin + 10_000)], "gate1")
    device.keep([(begin + 20_000, begin + 30_000)], "gate2")
    card = edge(await asyncio.to_thread(settings_of, device, "gate2"))
    assert card is not None
    found = await card.holdings(begin - 1000, begin + 40_000)
    assert [(one.start_ms - begin, one.end_ms - begin) for one in found] == [(20_000, 30_000)]


async def test_a_device_that_has_gone(onvif_device: Make) -> None:
    device = onvif_device()
    settings = await asyncio.to_thread(settings_of, device)
    device.fault("off")
    card = edge(settings)
    assert card is not None
    with pytest.raises(SourceError):
        await card.holdings(hours_ago(2), hours_ago(1))
    with pytest.raises(SourceError):
        async for _ in card.fetch(EdgeStretch("none", 0, 1), 0, 1):
            pass


def test_searches_are_given_back_and_events_may_be_unknown(onvif_device: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    device = onvif_device()
    begin = hours_ago(2)
    device.keep([(begin, begin + 20_000)])
    asked = device_of(settings_of(device))
    [recording] = search.recordings(asked)
    for _ in range(10):  # it has four places for searches
        assert search.stretches(asked, recording, begin - 5_000, begin + 60_000) == [(begin, begin + 20_000)]

    def refuse(*_: object) -> None:
        raise OnvifError("unsupported", "The device does not offer this.")

    monkeypatch.setattr(search, "_found", refuse)
    assert search.stretches(asked, recording, begin + 5_000, begin + 60_000) == [(begin + 5_000, begin + 20_000)]


@pytest.mark.parametrize(
    ("said", "ms"),
    [
        ("2026-05-01T12:00:00Z", 1_777_636_800_000),
        (" 2026-05-01T12:00:00.5Z ", 1_777_636_800_500),
        ("2026-05-01T14:00:00.123456+02:00", 1_777_636_800_123),
        ("2026-05-01T14:00:00+0200", 1_777_636_800_000),
        ("2026-05-01T12:00:00", 1_777_636_800_000),
        ("2026-13-01T12:00:00Z", 0),
        ("0000-00-00T00:00:00Z", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_times_as_devices_write_them(said: str, ms: int) -> None:
    assert moment(said) == ms


def test_times_as_they_are_asked_for() -> None:
    assert written(1_777_636_800_007) == "2026-05-01T12:00:00.007Z"


def test_which_recording_is_meant() -> None:
    def one(token: str, *sources: str) -> Recording:
        return Recording(token, frozenset(sources), frozenset(), 0, 0)

    first, second, third = one("1", "gate1"), one("2", "gate2", "x"), one("3")
    assert of_camera([first, second, third], ["gate2", "gate2_main"]) == [second]
    assert of_camera([first], ["gate9"]) == [first], "its only one"
    assert of_camera([first, second], ["gate9"]) == []
    assert of_camera([first, second], []) == [first, second]
