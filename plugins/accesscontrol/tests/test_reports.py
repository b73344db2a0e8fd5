"""Reports of an access system: over REST with a token, and signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.api import SystemClock
from plugins.accesscontrol.models import Door, Holder
from plugins.accesscontrol.report import AHEAD_MS, ReportError, parsed
from plugins.accesscontrol.settings import AccessSettings
from plugins.accesscontrol.signing import TOLERANCE_S
from plugins.accesscontrol.tests.conftest import ROOT

KEY = "a key of the access system"
AT = "2026-05-01T12:00:00+02:00"
AT_MS = 1_777_629_600_000
BADGE = {"id": "b-1", "outcome": "granted", "door": "D1", "at": AT, "card": "4711"}


@pytest.fixture
def reporter(client_with: Callable[..., APIClient]) -> APIClient:
    return client_with("access.report")


def post(client: APIClient, body: Any, where: str = "badges/") -> Any:
    return client.post(ROOT + where, body, format="json")


def test_a_badge_becomes_an_event_of_the_doors_camera(reporter: APIClient, camera: int, stored: Any) -> None:
    Door.objects.create(code="D1", title="Entry", camera_id=camera, mapped=True)
    Holder.objects.create(card="4711", name="Ada")
    answer = post(reporter, BADGE | {"reason": "by day"})
    assert answer.status_code == 200
    event = stored.get()
    assert answer.json() == {"results": [{"id": "b-1", "event": event.pk, "mapped": True, "refused": {}}]}
    assert (event.type, event.camera_id, event.start_ms, event.end_ms) == ("access.granted", camera, AT_MS, AT_MS)
    assert event.attributes == {
        "door": "D1",
        "title": "Entry",
        "card": "4711",
        "holder": "Ada",
        "reason": "by day",
    }


def test_what_comes_twice_is_one_event(reporter: APIClient, stored: Any) -> None:
    first, again = (post(reporter, BADGE).json() for _ in range(2))
    assert first == again
    assert stored.count() == 1


def test_a_batch_in_any_order_with_doubles_and_faults(reporter: APIClient, stored: Any) -> None:
    later = BADGE | {"id": "b-2", "at": "2026-05-01T12:00:05+02:00", "outcome": "denied"}
    wrong = BADGE | {"id": "b-3", "outcome": "opened"}
    answer = post(reporter, {"events": [later, BADGE, wrong, later, "no object"]})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["id"] for result in results] == ["b-2", "b-1", "b-3", "b-2", ""]
    assert results[0]["event"] == results[3]["event"]
    assert results[2]["event"] is None
    assert "'granted'" in results[2]["refused"]["outcome"]
    assert results[4]["refused"]
    assert list(stored.order_by("start_ms").values_list("type", flat=True)) == ["access.granted", "access.denied"]


def test_a_batch_of_which_nothing_is_good(reporter: APIClient, stored: Any) -> None:
    assert post(reporter, {"events": [{"id": "x"}]}).status_code == 400
    assert post(reporter, {"events": "none"}).status_code == 400
    assert post(reporter, {"events": [BADGE] * 1001}).status_code == 400
    assert post(reporter, {"events": []}).status_code == 200
    assert stored.count() == 0


def test_an_unknown_door_is_kept_for_mapping(
    reporter: APIClient, client_with: Callable[..., APIClient], camera: int, stored: Any
) -> None:
    assert post(reporter, BADGE).json()["results"][0]["mapped"] is False
    assert stored.get().camera_id is None
    manager = client_with("access.manage", "camera.view")
    [door] = manager.get(ROOT + "doors/").json()
    assert (door["code"], door["camera"], door["mapped"]) == ("D1", None, False)
    path = f"{ROOT}doors/{door['id']}/"
    changed = manager.patch(path, {"title": "Entry", "camera": camera}, format="json").json()
    assert changed == {"id": door["id"], "code": "D1", "title": "Entry", "camera": camera, "mapped": True}
    post(reporter, BADGE | {"id": "b-2"})
    assert stored.latest("pk").camera_id == camera


@pytest.mark.parametrize(
    ("outcome", "end", "end_ms"),
    [
        ("granted", None, AT_MS),
        ("denied", None, AT_MS),
        ("forced", None, None),
        ("held_open", None, None),
        ("held_open", "2026-05-01T12:01:00+02:00", AT_MS + 60_000),
    ],
)
def test_each_outcome(reporter: APIClient, stored: Any, outcome: str, end: str | None, end_ms: int | None) -> None:
    assert post(reporter, BADGE | {"outcome": outcome} | ({"end": end} if end else {})).status_code == 200
    event = stored.get()
    assert (event.type, event.end_ms) == (f"access.{outcome}", end_ms)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 101}, "id"),
        ({"door": "a\nb"}, "door"),
        ({"door": None}, "door"),
        ({"outcome": "opened"}, "outcome"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-05-01T12:00:00"}, "at"),
        ({"at": "1999-01-01T00:00:00Z"}, "report"),
        ({"end": "2026-05-01T11:00:00+02:00"}, "report"),
        ({"cards": "1"}, "cards"),
    ],
)
def test_what_cannot_be_taken_says_why(reporter: APIClient, stored: Any, change: dict[str, Any], field: str) -> None:
    answer = post(reporter, BADGE | change)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert stored.count() == 0
    assert Door.objects.count() == 0


def test_a_clock_that_is_ahead() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    now_ms = int(now.timestamp() * 1000)
    near, far = (BADGE | {"at": (now + timedelta(milliseconds=AHEAD_MS + more)).isoformat()} for more in (0, 1))
    assert parsed(near, now_ms).at_ms == now_ms + AHEAD_MS
    with pytest.raises(ReportError, match="lies 5 min ahead"):
        parsed(far, now_ms)


def signed(body: bytes, *, key: str = KEY, call: str = "call-1", at_s: int | None = None) -> dict[str, str]:
    seconds = str(SystemClock().wall_ms() // 1000 if at_s is None else at_s)
    made = hmac.new(key.encode(), f"{call}.{seconds}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(b'other').decode()} v1,{base64.b64encode(made).decode()}"
    return {"webhook-id": call, "webhook-timestamp": seconds, "webhook-signature": signature}


def call(body: bytes, headers: dict[str, str]) -> Any:
    return APIClient().post(ROOT + "webhook/", body, content_type="application/json", headers=headers)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr("plugins.accesscontrol.rest.doors.plugin_settings", lambda _: AccessSettings(secret=KEY))


def test_a_signed_call_is_taken(key: None, stored: Any) -> None:
    body = json.dumps(BADGE).encode()
    assert call(body, signed(body)).status_code == 200
    assert call(body, signed(body)).status_code == 200
    assert stored.count() == 1


def test_a_call_that_is_not_signed_so_is_refused(key: None, stored: Any) -> None:
    body = json.dumps(BADGE).encode()
    now_s = SystemClock().wall_ms() // 1000
    bad = [
        {},
        signed(body, key="another key of somebody"),
        signed(body + b" "),
        signed(body, at_s=now_s - TOLERANCE_S - 60),
        signed(body, at_s=now_s + TOLERANCE_S + 60),
        signed(body) | {"webhook-id": "call-2"},
        signed(body) | {"webhook-timestamp": "soon"},
        signed(body) | {"webhook-signature": "v1,"},
        signed(body) | {"webhook-signature": "\xff"},
    ]
    assert [call(body, headers).status_code for headers in bad] == [403] * len(bad)
    assert stored.count() == 0


def test_a_signed_call_of_nonsense(key: None) -> None:
    for body in (b"", b"{", b"[" * 100_000, b"[]", b"1"):
        assert call(body, signed(body)).status_code == 400


def test_without_a_key_no_signed_call_is_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.accesscontrol.rest.doors.plugin_settings", lambda _: AccessSettings())
    body = json.dumps(BADGE).encode()
    assert call(body, signed(body, key="")).status_code == 404


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        AccessSettings.model_validate({"secret": "short"})
