"""What a device tells by pull point and by metadata streams is heard once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plugins.onvif.devices import device_of
from plugins.onvif.events.notices import Notice
from plugins.onvif.events.rooms import Rooms
from plugins.onvif.events.tests.test_keeping import MOTION, Hands, camera, events
from plugins.onvif.events.twice import LATE_S, Sieve
from plugins.onvif.events.worker import Keeper, Listening, _Followed
from plugins.onvif.settings import OnvifSettings

__all__ = ["camera"]


def notice(value: str = "true", utc: str = "1", topic: str = "VideoSource/MotionAlarm") -> Notice:
    return Notice(topic, "Changed", {"Source": "v"}, {}, {"State": value}, utc)


def test_what_the_pull_point_tells_of_is_not_taken_from_streams() -> None:
    sieve = Sieve(Hands())
    assert sieve.pulled(notice())
    assert not sieve.streamed(notice("false"), 1, pulling=True)
    assert sieve.pulled(notice("false"))
    assert sieve.streamed(notice(topic="RuleEngine/Other"), 1, pulling=True), "of this only the stream tells"


def test_while_the_pull_point_is_away_streams_are_heard() -> None:
    sieve = Sieve(Hands())
    assert sieve.pulled(notice())
    assert sieve.streamed(notice("false"), 1, pulling=False)


def test_what_the_stream_told_first_is_not_told_again_by_the_pull_point() -> None:
    clock = Hands()
    sieve = Sieve(clock)
    for value in ("true", "false", "true"):
        assert sieve.streamed(notice(value), 1, pulling=True)
    assert [sieve.pulled(notice(value)) for value in ("true", "false", "true")] == [False, False, False]
    assert sieve.pulled(notice("true")), "that is another one"
    assert sieve.streamed(notice(topic="Other"), 1, pulling=True)
    clock.now_ms += int(LATE_S * 1000) + 1
    assert sieve.pulled(notice(topic="Other")), "so much later it is another one"


def test_what_the_pull_point_says_when_it_begins_is_always_heard() -> None:
    sieve = Sieve(Hands())
    assert sieve.streamed(notice(), 1, pulling=True)
    assert sieve.pulled(replace(notice(), operation="Initialized"))
    assert sieve.pulled(notice()), "the first is used up"


def test_two_cameras_streams_tell_the_same_of_their_device() -> None:
    sieve = Sieve(Hands())
    assert sieve.streamed(notice(utc="1"), 1, pulling=False)
    assert not sieve.streamed(notice(utc="1"), 2, pulling=False)
    assert sieve.streamed(notice(utc="1"), 1, pulling=False), "a device without a clock repeats itself"
    assert sieve.streamed(notice(utc="2"), 2, pulling=False)


@pytest.mark.django_db
def test_events_of_a_stream_are_events_of_its_camera(camera: int) -> None:
    """From the readers' loop through the queue to the store, and once although the pull point says it too."""
    clock: Any = Hands()
    settings = OnvifSettings(address="127.0.0.1:1", user="", password="")
    listening = Listening(clock)
    followed = _Followed("key", settings, Rooms(device_of(settings), {camera: settings}), Sieve(clock))
    followed.keepers[camera] = Keeper(camera, clock)
    listening._devices["key"] = followed
    began = clock.now_ms
    listening._stream(camera, [notice("true")])
    listening._stream(camera + 1, [notice("true", topic="Of/Nobody")])
    listening.work(0.1)
    assert events() == [(MOTION, began, None)]
    clock.now_ms += 1000
    listening._put("key", [notice("true"), notice("false")])
    listening._stream(camera, [notice("false")])
    listening.work(0.1)
    assert events() == [(MOTION, began, began + 1000)]
