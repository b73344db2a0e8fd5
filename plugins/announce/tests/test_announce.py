"""What the action does without a camera; with cameras it is tried in tests/system."""

from __future__ import annotations

import pytest

from core.api import ActionContext, Event, GiveUp
from plugins.announce.action import announce
from plugins.announce.settings import AnnounceSettings

NOW = 1_767_225_600_000


def test_an_event_of_no_camera() -> None:
    event = Event(1, "system.started", None, NOW, None)
    with pytest.raises(GiveUp, match="name the cameras"):
        announce(AnnounceSettings(announcement="Bell"), ActionContext("k", 1, event, now_ms=NOW))


def test_trying_it_out_plays_nothing() -> None:
    assert announce(AnnounceSettings(announcement="Bell"), ActionContext("k", 1, None)).startswith("Tried out")
