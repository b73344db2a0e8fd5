"""The timeline seen from near and from afar."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.media.tests.footage import START_MS
from core.recording.ids import segment_id
from core.recording.models import Format, Segment, State
from core.web.rest.times import rfc3339

pytestmark = pytest.mark.django_db(databases="__all__")
MINUTE_MS = 60_000


@pytest.fixture
def camera() -> Camera:
    """Two minutes with ten seconds between them."""
    camera = Camera.objects.create(name="gate", driver="none")
    kind = Format.objects.create(digest="none", tracks=[])
    for start in (START_MS, START_MS + MINUTE_MS + 10_000):
        Segment.objects.create(
            id=segment_id(camera.pk, 0, start), end_ms=start + MINUTE_MS, size=1000, state=State.CLOSED, format=kind
        )
    return camera


@pytest.mark.parametrize(("detail", "sizes"), [("", [1000, 1000]), ("10", [1000, 1000]), ("11", [2000])])
def test_from_afar_near_ranges_are_one(client_of, person, camera: Camera, detail: str, sizes: list[int]) -> None:
    query = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 10 * MINUTE_MS), "detail": detail}
    ranges = client_of(person("jo", "operator")).get("/api/v1/recordings/", query).json()["ranges"]
    assert [one["size"] for one in ranges] == sizes
    assert ranges[0]["start"] == rfc3339(START_MS)
    assert ranges[-1]["end"] == rfc3339(START_MS + 2 * MINUTE_MS + 10_000)


def test_a_wrong_detail_is_refused(client_of, person, camera: Camera) -> None:
    query = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 1), "detail": "near"}
    answer = client_of(person("jo", "operator")).get("/api/v1/recordings/", query)
    assert answer.status_code == 400
    assert "whole number" in answer.json()["detail"][0]
