"""Exports over REST: who may ask, see and fetch them, and the bytes that come."""

from __future__ import annotations

import io
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from core.cameras.services import add_camera
from core.exports.models import Export
from core.exports.verify import check
from core.media.clock import SystemClock
from core.media.tests.footage import START_MS, decode_file, same, video
from core.web.tests.recorded import record

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]


def rfc3339(second: float) -> str:
    return datetime.fromtimestamp(START_MS / 1000 + second, UTC).isoformat()


def asked(*cameras: int, **more: Any) -> dict[str, Any]:
    return {"items": [{"camera": one, "start": rfc3339(0), "end": rfc3339(3)} for one in cameras], **more}


@pytest.fixture
def cameras(paper) -> list[int]:
    return [add_camera(name, "paper", {"url": "x://y"}, actor="test").pk for name in ("Gate", "Yard")]


def export_now() -> bool:
    """What the exporter process does within a second."""
    from core.exports.exporter import Exporter
    from core.exports.services import exports_folder
    from core.exports.signing import signer

    exporter = Exporter(exports_folder(), signer, lambda: UTC, 7, SystemClock(), threading.Event(), lambda: None)
    return exporter.work()


async def test_asked_made_and_fetched(cameras, session_of, tmp_path: Path) -> None:
    footage = video(frames=30, fps=10, gop=10)
    await sync_to_async(record)(cameras[0], footage)
    jo = await session_of("jo", "operator")
    answer = await jo.post("/api/v1/exports/", json=asked(cameras[0], title="Last night"))
    assert answer.status_code == 201, answer.text
    export = answer.json()
    assert (export["state"], export["items"][0]["name"]) == ("queued", "Gate")
    early = await jo.get(f"/api/v1/exports/{export['id']}/export.zip")
    assert (early.status_code, early.json()["detail"]) == (404, "The export is not done: it is waiting.")
    assert await sync_to_async(export_now)()
    export = (await jo.get(f"/api/v1/exports/{export['id']}/")).json()
    assert (export["state"], len(export["files"])) == ("done", 1)
    archive = await jo.get(f"/api/v1/exports/{export['id']}/export.zip")
    path = tmp_path / "got.zip"
    path.write_bytes(archive.content)
    key = (await jo.get("/api/v1/exports/key/")).json()
    assert check(path, key["fingerprint"]).intact and check(path, key["pem"]).expected
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        inside = found.read(found.namelist()[0])
    alone = await jo.get(f"/api/v1/exports/{export['id']}/files/1.mp4")
    assert (alone.content == inside, alone.headers["content-type"]) == (True, "video/mp4")
    assert same(decode_file(alone.content), footage.pictures)
    part = await jo.get(f"/api/v1/exports/{export['id']}/files/1.mp4", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, inside[100:200])
    missing = await jo.get(f"/api/v1/exports/{export['id']}/files/2.mp4")
    assert missing.status_code == 404
    assert (await jo.delete(f"/api/v1/exports/{export['id']}/")).status_code == 204
    assert (await jo.get(f"/api/v1/exports/{export['id']}/export.zip")).status_code == 404


def test_who_may_ask(cameras, person, client_of) -> None:
    gate, yard = cameras
    viewer = client_of(person("vi", "viewer"))
    assert viewer.post("/api/v1/exports/", asked(gate), format="json").status_code == 403
    person("gil", "viewer")
    guard = client_of(person("gil", "operator", gate))
    assert guard.post("/api/v1/exports/", asked(gate), format="json").status_code == 201
    refused = guard.post("/api/v1/exports/", asked(gate, yard), format="json")
    assert (refused.status_code, refused.data["detail"]) == (403, f"You may not export recordings of camera {yard}.")
    assert guard.post("/api/v1/exports/", asked(99), format="json").status_code == 404
    assert client_of().get("/api/v1/exports/").status_code == 401
    assert Export.objects.count() == 1


def test_one_sees_one_s_own_and_the_administrator_all(cameras, person, client_of) -> None:
    jo, ann, root = client_of(person("jo", "operator")), client_of(person("ann", "operator")), None
    made = jo.post("/api/v1/exports/", asked(cameras[0]), format="json").data
    root = client_of(person("root", "administrator"))
    assert ann.get(f"/api/v1/exports/{made['id']}/").status_code == 404
    assert ann.get("/api/v1/exports/").data["count"] == 0
    assert [row["id"] for row in root.get("/api/v1/exports/").data["results"]] == [made["id"]]
    assert ann.post(f"/api/v1/exports/{made['id']}/cancel/").status_code == 404
    assert jo.post(f"/api/v1/exports/{made['id']}/cancel/").data["state"] == "cancelled"


def test_who_lost_the_right_does_not_get_the_archive(cameras, person, client_of) -> None:
    from core.access.models import Grant

    gate, yard = cameras
    user = person("gil", "operator", gate)
    person("gil", "operator", yard)
    guard = client_of(user)
    made = guard.post("/api/v1/exports/", asked(gate, yard), format="json").data
    Grant.objects.filter(user=user, camera=yard).delete()
    answer = guard.get(f"/api/v1/exports/{made['id']}/export.zip")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": rfc3339(-5)}, "end"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2099-01-01T00:00:00Z", "end": "2099-01-01T01:00:00Z"}, "start"),
        ({"end": rfc3339(40 * 86_400)}, "end"),
        ({"stream": "side"}, "items"),
        ({"camera": -1}, "items"),
    ],
)
def test_bad_input_is_named(cameras, person, client_of, change: dict[str, Any], field: str) -> None:
    body = asked(cameras[0])
    body["items"][0] |= change
    answer = client_of(person("jo", "operator")).post("/api/v1/exports/", body, format="json")
    assert (answer.status_code, list(answer.data)) == (400, [field])


def test_no_items_and_too_many(cameras, person, client_of) -> None:
    jo = client_of(person("jo", "operator"))
    assert jo.post("/api/v1/exports/", {"items": []}, format="json").status_code == 400
    answer = jo.post("/api/v1/exports/", asked(*cameras * 40), format="json")
    assert answer.data["items"] == ["has 80 ranges; ask for at most 64 in one export."]


def test_the_verifier_is_offered(person, client_of) -> None:
    answer = client_of(person("vi", "viewer")).get("/api/v1/exports/verify.py")
    assert b"ed25519_verifies" in answer.content
    assert answer.headers["Content-Disposition"] == 'attachment; filename="verify.py"'


def test_progress_is_for_the_one_who_asked(cameras, person) -> None:
    from core.access.rights import rights_of
    from core.web.socket.declared import declared_topics, may_receive, may_subscribe

    spec = declared_topics()["exports.progress"]
    jo, guard, viewer = (
        rights_of(person("jo", "operator")),
        rights_of(person("gil", "operator", cameras[0])),
        rights_of(person("vi", "viewer")),
    )
    assert [may_subscribe(one, spec) for one in (jo, guard, viewer)] == [True, True, False]
    assert [may_receive(one, spec, {"user_id": guard.user_id}) for one in (jo, guard)] == [False, True]
    assert not may_receive(viewer, spec, {"user_id": viewer.user_id})
