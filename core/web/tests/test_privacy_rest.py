"""Proof of retention, letters and watermarks over REST."""

from __future__ import annotations

from typing import Any

import pytest

from core.access.roles import keep_roles_in_step
from core.cameras.models import Camera
from core.exports.models import Export, State
from core.system.models import AuditRow

pytestmark = pytest.mark.django_db(databases="__all__")
PROOF = "/api/v1/privacy/retention/"


@pytest.fixture
def admin(person: Any, client_of: Any) -> Any:
    keep_roles_in_step()
    return client_of(person("ada", "administrator"))


@pytest.fixture
def door() -> Camera:
    return Camera.objects.create(name="Door", driver="rtsp", retention_days=3)


def wanted(camera: Camera, **more: Any) -> dict[str, Any]:
    times = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:01:00Z"}
    return {"items": [{"camera": camera.pk, **times}], **more}


def test_the_proof_is_signed_and_audited(admin: Any, door: Camera) -> None:
    body = admin.post(PROOF).json()
    (row,) = body["statement"]["cameras"]
    assert (row["name"], row["days"], row["older"], row["keeps_rule"]) == ("Door", 3, 0, True)
    assert body["statement"]["made_by"] == "ada" and body["signature"] and body["fingerprint"]
    assert AuditRow.objects.filter(action="privacy.prove", actor="ada").exists()


def test_the_proof_is_the_administrators(person: Any, client_of: Any, door: Camera) -> None:
    assert client_of(person("olga", "operator")).post(PROOF).status_code == 403


def test_exports_are_marked_when_asked_and_always_when_the_site_says_so(admin: Any, door: Camera) -> None:
    def mark(**more: Any) -> str:
        return str(admin.post("/api/v1/exports/", wanted(door, **more), format="json").json()["watermark"])

    assert mark() == ""
    assert mark(watermark=True).startswith("ada 2") and mark(watermark=True).endswith("UTC")
    assert admin.patch("/api/v1/site/", {"export_watermark": True}, format="json").status_code == 200
    assert mark().startswith("ada 2")
    assert AuditRow.objects.filter(action="site.change").exists()


def test_what_is_handed_to_somebody_who_asked_is_written_down_and_has_a_letter(
    admin: Any, person: Any, client_of: Any, door: Camera
) -> None:
    purpose = {"subject": "Jo Doe", "reason": "Article 15"}
    made = admin.post("/api/v1/exports/", wanted(door, purpose=purpose), format="json").json()
    assert made["purpose"] == purpose
    row = AuditRow.objects.get(action="export.disclose")
    assert row.detail["after"]["purpose"] == purpose
    address = f"/api/v1/exports/{made['id']}/letter.txt"
    assert admin.get(address).status_code == 404, "it is not done"
    Export.objects.update(state=State.DONE, finished_ms=1)
    answer = admin.get(address)
    assert "Recordings for Jo Doe" in answer.content.decode() and "attachment" in answer["Content-Disposition"]
    assert client_of(person("olga", "operator")).get(address).status_code == 404, "somebody else's"
    bare = admin.post("/api/v1/exports/", wanted(door, purpose={"subject": "Jo"}), format="json")
    assert bare.status_code == 400
