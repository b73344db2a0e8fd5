"""How loud it was, over HTTP."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.media.tests.footage import START_MS
from core.recording.loudness import STEP_MS, LoudLevel, store_loudness
from core.web.rest.times import rfc3339

RANGE = {"start": rfc3339(START_MS - STEP_MS), "end": rfc3339(START_MS + 60_000)}


@pytest.mark.django_db(databases="__all__")
def test_levels_are_for_who_may_play_the_camera(client_of, person) -> None:
    camera = Camera.objects.create(name="gate", driver="none")
    at_ms = START_MS // STEP_MS * STEP_MS
    store_loudness({camera.pk: [LoudLevel(at_ms, -12.5)]})
    address = f"/api/v1/cameras/{camera.pk}/loudness/"
    client = client_of(person("jo", "operator"))
    assert client.get(address, RANGE).json() == {"levels": [[at_ms, -12.5]]}
    assert client.get(address, {"start": RANGE["start"]}).status_code == 400
    assert client_of(person("vi", "viewer")).get(address, RANGE).status_code == 403
