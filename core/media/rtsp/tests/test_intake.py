"""The times of units from packets: sessions that open with old pictures, sender reports, tracks without RTP-Info."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from core.media.collector import Collector
from core.media.rtsp import sdp
from core.media.rtsp.formats import choose
from core.media.rtsp.intake import Intake
from core.media.rtsp.tests.scripted import SDP, media

START_MS = 1_700_000_000_000
FPS = 25


@dataclass
class Hands:
    """A clock the test moves."""

    seconds: float = 0.0

    def wall_ms(self) -> int:
        return START_MS + round(self.seconds * 1000)

    def monotonic(self) -> float:
        return 500.0 + self.seconds


@dataclass
class Camera:
    """A camera whose picture n is taken at n / 25 s; what it sends arrives at an intake by ticks of 20 ms."""

    sound: bool = False
    clock: Hands = field(default_factory=Hands)
    got: Collector = field(default_factory=Collector)

    def __post_init__(self) -> None:
        text = SDP + (b"m=audio 0 RTP/AVP 0\r\na=control:track2\r\n" if self.sound else b"")
        self.intake = Intake(choose(sdp.parse(text.decode()), True), self.clock, {})
        self.intake.begin(self.got, {})

    def picture(self, number: int) -> None:
        data = media(number & 0xFFFF, 7000 + number * 90000 // FPS)
        self.intake.receiver(0).packet(data, 4, len(data))

    def audio(self, number: int) -> None:
        """20 ms of sound."""
        data = media(number & 0xFFFF, number * 160, b"s" * 160).replace(b"\x80\xe0", b"\x80\x80", 1)
        self.intake.receiver(1).packet(data, 4, len(data))

    def report(self, number: int, error_ms: int = 0) -> None:
        ms = START_MS + number * 1000 // FPS + error_ms
        ntp = (ms // 1000 + 2_208_988_800) & 0xFFFFFFFF, (ms % 1000 << 32) // 1000
        data = struct.pack(">BBHIIIIII", 0x80, 200, 6, 1, *ntp, 7000 + number * 90000 // FPS, 0, 0)
        self.intake.report(data, 0, len(data))

    def live(self, begin: int, end: int, delay: float = 0.0) -> None:
        """Pictures from `begin` to before `end` as they are taken, `delay` seconds late."""
        number = begin
        while number < end:
            self.tick()
            while number < end and number / FPS + delay <= self.clock.seconds + 1e-9:
                self.picture(number)
                number += 1
            self.intake.deliver()

    def tick(self) -> None:
        self.clock.seconds = round(self.clock.seconds + 0.02, 3)

    def errors(self) -> list[int]:
        """How late each picture's wall time is, in ms."""
        return [unit.wall_ms - START_MS - number * 1000 // FPS for number, unit in enumerate(self.got.of(0))]


@pytest.mark.parametrize("per_tick", [1000, 20, 5], ids=["at once", "in 5 ticks", "in 20 ticks"])
def test_a_cached_gop_gets_the_times_its_pictures_were_taken(per_tick: int) -> None:
    camera = Camera()
    camera.clock.seconds = 4.0
    number = 0
    while number / FPS <= camera.clock.seconds:
        for _ in range(per_tick):
            if number / FPS <= camera.clock.seconds:
                camera.picture(number)
                number += 1
        camera.intake.deliver()
        camera.tick()
    camera.live(number, number + 200)
    assert len(camera.got.of(0)) == number + 200
    assert all(-1 <= error <= 41 for error in camera.errors()), camera.errors()


def test_a_live_session_has_its_first_picture_soon() -> None:
    camera = Camera()
    camera.live(0, 8)
    assert len(camera.got.units) == 8
    assert max(camera.errors()) <= 20


def test_a_report_before_the_first_picture_makes_times_exact() -> None:
    camera = Camera()
    camera.clock.seconds = 1.6
    camera.report(0)
    for number in range(30):
        camera.picture(number)
    camera.live(30, 200, delay=0.4)
    assert set(camera.errors()) <= {-1, 0, 1}


def test_a_report_of_a_wrong_clock_changes_nothing() -> None:
    camera = Camera()
    camera.report(0, error_ms=-3_600_000)
    camera.live(0, 100)
    assert all(-1 <= error <= 20 for error in camera.errors())


def test_what_is_held_back_comes_at_the_end() -> None:
    camera = Camera()
    camera.picture(0)
    camera.picture(1)
    camera.intake.deliver()
    assert not camera.got.units
    camera.intake.finish()
    assert len(camera.got.units) == 2


def test_sound_that_begins_live_fits_pictures_that_begin_in_the_past() -> None:
    """No RTP-Info: the session opens with 1 s of old pictures, and with sound of now."""
    camera = Camera(sound=True)
    camera.clock.seconds = 1.0
    for number in range(26):
        camera.picture(number)
    spoken = 0
    while camera.clock.seconds < 2.0:
        camera.audio(spoken)
        spoken += 1
        camera.intake.deliver()
        camera.tick()
        number = round(camera.clock.seconds * FPS, 3)
        if number == int(number) and number >= 26:
            camera.picture(int(number))
    camera.intake.finish()
    picture, sound = camera.got.of(0)[0], camera.got.of(1)[0]
    assert sound.pts / 8000 - picture.pts / 90000 == pytest.approx(1.0, abs=0.05)
    assert sound.wall_ms == pytest.approx(START_MS + 1000, abs=50)


def test_sound_that_was_held_up_on_its_way_lies_where_rtp_info_says() -> None:
    """Pictures arrive, then the machine stands still, then the first sound arrives: it is old, not of now."""
    camera = Camera(sound=True)
    camera.intake.begin(camera.got, {0: 7000, 1: 0})
    camera.live(0, 14)
    camera.clock.seconds += 4.2
    for number in range(5):
        camera.audio(number)
    camera.intake.deliver()
    picture, sound = camera.got.of(0)[0], camera.got.of(1)[0]
    assert sound.pts / 8000 == pytest.approx(picture.pts / 90000, abs=0.001)
