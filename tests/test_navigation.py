"""The places of the rail, and those of them that a phone's bar has room for."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from core.access import services
from webapp.navigation import places

pytestmark = pytest.mark.django_db
NEAR = ["/", "/playback/", "/events/", "/cameras/"]


def shown(role: str, path: str = "/") -> list[dict[str, object]]:
    user = services.add_user("jo", "a long enough password")
    services.grant(user, role)
    request = RequestFactory().get(path)
    request.user = user
    return places(request)


def test_a_phone_shows_the_most_used_places_and_the_others_behind_more() -> None:
    found = shown("administrator", "/system/log/")
    assert [one["url"] for one in found if not one.get("far")] == NEAR
    assert {"/exports/", "/rules/", "/system/"} <= {one["url"] for one in found if one.get("far")}
    assert [one["url"] for one in found if one.get("current")] == ["/system/"]


def test_where_all_have_room_none_is_far() -> None:
    found = shown("viewer")
    assert 1 < len(found) <= 5
    assert not any(one.get("far") for one in found)
