"""Talking, to loudspeakers that remember."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from itertools import pairwise

import av
import numpy as np
import pytest
from asgiref.sync import sync_to_async

from core.cameras.models import Camera
from core.hookspecs.cameras import ControlError
from core.media import speech
from core.media.speech import NoSpeech
from core.talk import announcements, floor, talking
from core.talk.floor import Busy, Speaker
from core.talk.loudspeakers import speaks
from core.talk.models import Announcement
from core.talk.talking import Interrupted, talk
from core.talk.tests.conftest import Mouth

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
ANNA = Speaker("anna")
SECONDS = 20


async def camera(**settings: object) -> int:
    return (await Camera.objects.acreate(name="gate", driver="mouth", settings=settings)).pk


async def word(rate: int, pieces: int = 10) -> AsyncIterator[bytes]:
    for number in range(pieces):
        yield bytes((number, 0)) * (rate // 50)


async def for_ever(rate: int) -> AsyncIterator[bytes]:
    while True:
        yield bytes(rate // 25)


def sound(container: str, seconds: float = 1.0, rate: int = 44_100, hz: int = 700) -> bytes:
    """A tone as people hand it in: stereo, at another rate."""
    target = io.BytesIO()
    codec = {"wav": "pcm_s16le", "mp3": "libmp3lame", "ogg": "libopus", "flac": "flac", "mp4": "aac"}[container]
    rate = 48_000 if codec == "libopus" else rate
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="stereo")
        tone = np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate) * 12_000
        samples = np.repeat(tone.astype("<i2"), 2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate = rate
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return target.getvalue()


async def test_what_is_said_comes_out_in_pace(mouth: Mouth) -> None:
    await talk(await camera(), ANNA, word)
    assert mouth.said == [bytes((number, 0)) * 160 for number in range(10)]
    assert mouth.times[-1] - mouth.times[0] >= 0.17, "nine pieces of 20 ms lie between, however fast they came"
    assert all(after >= before for before, after in pairwise(mouth.times))


async def test_a_pause_is_not_caught_up_with(mouth: Mouth) -> None:
    async def hesitating(rate: int) -> AsyncIterator[bytes]:
        yield bytes(320)
        await asyncio.sleep(talking.LATE_S + 0.3)
        async for piece in word(rate, 5):
            yield piece

    await talk(await camera(), ANNA, hesitating)
    assert mouth.times[-1] - mouth.times[1] >= 0.07, "the words after a pause keep their pace"


async def test_somebody_else_takes_the_floor(mouth: Mouth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "KEEP_S", 0.05)
    gate = await camera()
    anna = asyncio.create_task(talk(gate, ANNA, for_ever))
    async with asyncio.timeout(SECONDS):
        while not mouth.said:  # noqa: ASYNC110 - the mouth has no event
            await asyncio.sleep(0.01)
    with pytest.raises(Busy):
        await talk(gate, Speaker("bert"), word)
    await talk(gate, Speaker("chief", first=True), word, interrupt=True)
    async with asyncio.timeout(SECONDS):
        with pytest.raises(Interrupted):
            await anna
    assert await sync_to_async(floor.holder)(gate) == ""


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"mute": True}, "has no loudspeaker"), ({"fault": "refuses"}, "offers no"), ({"fault": "silent"}, "within")],
)
async def test_a_camera_that_cannot(
    mouth: Mouth, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], sentence: str
) -> None:
    monkeypatch.setattr(talking, "OPEN_S", 0.2)
    gate = await camera(**settings)
    with pytest.raises(ControlError, match=sentence):
        await talk(gate, ANNA, word)
    assert await sync_to_async(floor.holder)(gate) == "", "the floor is free again"


async def test_a_camera_that_leaves(mouth: Mouth) -> None:
    mouth.fault = "leaves"
    with pytest.raises(ControlError, match="closed the connection"):
        await talk(await camera(), ANNA, for_ever)


async def test_who_speaks(mouth: Mouth) -> None:
    yes = await Camera.objects.acreate(name="yes", driver="mouth")
    no = await Camera.objects.acreate(name="no", driver="mouth", settings={"mute": True})
    gone = await Camera.objects.acreate(name="gone", driver="no such driver")
    assert [speaks(one) for one in (yes, no, gone)] == [True, False, False]


@pytest.mark.parametrize("container", ["wav", "mp3", "ogg", "flac", "mp4"])
def test_every_kind_of_file_becomes_an_announcement(container: str) -> None:
    flac, length_ms = speech.announcement(sound(container))
    assert abs(length_ms - 1000) < 120
    for rate in (8000, 16000):
        pcm = np.frombuffer(speech.pcm_of(flac, rate), "<i2")
        assert abs(len(pcm) / rate - length_ms / 1000) < 0.02
        spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
        assert abs(np.argmax(spectrum) * rate / len(pcm) - 700) < 5


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "neither WAV"),
        (b"RIFF" + bytes(100), "no sound"),
        (b"ID3" + b"\xff" * 5000, "no sound"),
        (b"RIFF" + bytes(speech.MOST_BYTES), "larger"),
    ],
)
def test_what_is_no_announcement(data: bytes, sentence: str) -> None:
    with pytest.raises(NoSpeech, match=sentence):
        speech.announcement(data)


def test_a_message_that_is_too_long() -> None:
    with pytest.raises(NoSpeech, match="longer than 120 s"):
        speech.announcement(sound("wav", seconds=121, rate=8000))


def test_an_announcement_through_several_cameras(mouth: Mouth) -> None:
    first = Camera.objects.create(name="gate", driver="mouth", settings={"rate": 16000})
    second = Camera.objects.create(name="door", driver="mouth", settings={"mute": True})
    row = announcements.add_announcement("Gong", sound("wav", 0.3), actor="anna")
    assert announcements.play_announcement([first.pk, second.pk], "Gong", "Rule 7") == {
        second.pk: "door has no loudspeaker, by its settings."
    }
    played = np.frombuffer(b"".join(mouth.said), "<i2")
    assert abs(len(played) / 16000 - 0.3) < 0.05
    assert np.abs(played).max() > 9000
    with pytest.raises(ControlError, match="no announcement 'Bell'"):
        announcements.play_announcement([first.pk], "Bell", "Rule 7")
    announcements.remove_announcement(row, actor="anna")
    assert not Announcement.objects.exists()
