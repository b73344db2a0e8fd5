"""The action, through a driver whose loudspeakers remember."""

from __future__ import annotations

import pytest

from core.api import ActionContext, Event, GiveUp, NotDone
from core.cameras.models import Camera
from core.talk.announcements import add_announcement
from core.talk.tests.conftest import Mouth, mouth
from core.talk.tests.test_talking import sound
from plugins.announce.action import announce
from plugins.announce.settings import AnnounceSettings

__all__ = ["mouth"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
NOW = 1_767_225_600_000


def context(camera_id: int | None) -> ActionContext:
    return ActionContext("delivery-7", 1, Event(1, "camera.offline", camera_id, NOW, None), rule="Door", now_ms=NOW)


@pytest.fixture
def gong() -> str:
    return add_announcement("Gong", sound("wav", 0.2), actor="test").name


def test_it_comes_out_of_the_events_camera(mouth: Mouth, gong: str) -> None:
    gate = Camera.objects.create(name="gate", driver="mouth")
    told = announce(AnnounceSettings(announcement=gong), context(gate.pk))
    assert told == "Gong was played at 1 of 1 cameras."
    assert len(b"".join(mouth.said)) >= 2 * 8000 * 0.15


def test_some_cameras_cannot(mouth: Mouth, gong: str) -> None:
    gate = Camera.objects.create(name="gate", driver="mouth")
    yard = Camera.objects.create(name="yard", driver="mouth", settings={"mute": True})
    told = announce(AnnounceSettings(announcement=gong, cameras=[gate.pk, yard.pk]), context(None))
    assert told == "Gong was played at 1 of 2 cameras. yard has no loudspeaker, by its settings."
    with pytest.raises(NotDone, match="no loudspeaker"):
        announce(AnnounceSettings(announcement=gong, cameras=[yard.pk]), context(None))


def test_what_will_not_change_by_itself(mouth: Mouth) -> None:
    gate = Camera.objects.create(name="gate", driver="mouth")
    with pytest.raises(GiveUp, match="no announcement 'Bell'"):
        announce(AnnounceSettings(announcement="Bell"), context(gate.pk))
