"""Backups over REST: what is refused with which sentence, secrets, files at a target, and who may do what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.backup.models import Copy, Plan, State, Target
from core.backup.tests.folder import Faults, hooks_of
from core.hookspecs.backup import BackupTrouble
from core.system.models import AuditRow
from core.system.secrets import MASK

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def far(tmp_path: Path, register_temporarily: Any, faults: Faults) -> Path:
    register_temporarily(hooks_of(faults), "folder")
    place = tmp_path / "far"
    place.mkdir()
    return place


@pytest.fixture
def root(client_of: Any, person: Any) -> Any:
    return client_of(person("root", "administrator"))


@pytest.fixture
def target(root: Any, far: Path) -> dict[str, Any]:
    body = {"name": "NAS", "kind": "folder", "settings": {"path": str(far), "password": "secret"}}
    answer = root.post("/api/v1/backup/targets/", body, "json")
    assert answer.status_code == 201, answer.data
    return dict(answer.data)


def plan(root: Any, place: dict[str, Any], **more: Any) -> Any:
    return root.post("/api/v1/backup/plans/", {"name": "all", "target": place["id"], **more}, "json")


def test_kinds_come_with_their_forms(root: Any, far: Path) -> None:
    [kind] = [one for one in root.get("/api/v1/backup/kinds/").data["results"] if one["plugin"] == "folder"]
    assert (kind["name"], kind["plugin"], kind["resumes"]) == ("folder", "folder", True)
    assert kind["settings"]["properties"]["path"]["title"] == "Folder"


def test_secrets_stay_here(root: Any, target: dict[str, Any]) -> None:
    assert target["settings"]["password"] == MASK
    stored = Target.objects.get()
    assert "secret" not in str(stored.settings["password"])
    assert "secret" not in str(list(AuditRow.objects.values()))
    url = f"/api/v1/backup/targets/{target['id']}/"
    kept = root.patch(url, {"name": "NAS 2", "settings": target["settings"]}, "json")
    assert (kept.status_code, kept.data["name"]) == (200, "NAS 2")
    from core.backup.targets import settings_of

    assert settings_of(Target.objects.get()).password.get_secret_value() == "secret"


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"kind": "pigeon"}, "kind", "no backup target is called 'pigeon'"),
        ({"settings": {}}, "settings.path", "is missing; give a value."),
        ({"settings": {"path": "x", "colour": "red"}}, "settings.colour", "is not known here"),
        ({"cap": 10}, "cap", "too low"),
        ({"window": {"start": "22:00", "end": "22:00"}}, "window", "same as the start"),
        ({"name": ""}, "name", "blank"),
    ],
)
def test_wrong_target(root: Any, far: Path, body: dict[str, Any], field: str, sentence: str) -> None:
    whole = {"name": "NAS", "kind": "folder", "settings": {"path": str(far)}} | body
    answer = root.post("/api/v1/backup/targets/", whole, "json")
    assert answer.status_code == 400
    assert sentence.casefold() in str(answer.data[field]).casefold()
    assert not Target.objects.exists()


def test_two_targets_of_one_name(root: Any, target: dict[str, Any], far: Path) -> None:
    again = root.post(
        "/api/v1/backup/targets/", {"name": "NAS", "kind": "folder", "settings": {"path": str(far)}}, "json"
    )
    assert (again.status_code, list(again.data)) == (400, ["name"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target": 999}, "target"),
        ({"template": "{nothing}{time}"}, "template"),
        ({"template": "{camera}"}, "template"),
        ({"content": "dreams"}, "content"),
        ({"keep_days": 0}, "keep_days"),
        ({"before_s": 10_000}, "before_s"),
    ],
)
def test_wrong_plan(root: Any, target: dict[str, Any], body: dict[str, Any], field: str) -> None:
    answer = plan(root, target, **body)
    assert (answer.status_code, list(answer.data)) == (400, [field])


def test_plan_stays_what_it_is(root: Any, target: dict[str, Any]) -> None:
    made = plan(root, target).data
    url = f"/api/v1/backup/plans/{made['id']}/"
    assert root.patch(url, {"content": "events"}, "json").status_code == 400
    changed = root.patch(url, {"keep_days": 30, "enabled": False}, "json")
    assert (changed.data["keep_days"], changed.data["enabled"], changed.data["verify"]) == (30, False, "hash")
    assert root.delete(url).status_code == 204
    assert not Plan.objects.exists()


def test_probe(root: Any, target: dict[str, Any], far: Path, faults: Faults) -> None:
    body = {"kind": "folder", "settings": {"path": str(far)}}
    answer = root.post("/api/v1/backup/targets/probe/", body, "json")
    assert answer.data["summary"].startswith("It works")
    assert list(far.iterdir()) == []
    faults.trouble = BackupTrouble.AWAY
    answer = root.post("/api/v1/backup/targets/probe/", body, "json")
    assert (answer.status_code, answer.data["settings"]) == (400, ["The folder is away; bring it back."])


def test_probe_of_a_plugin_with_a_mistake(root: Any, far: Path, faults: Faults) -> None:
    faults.breaks = ZeroDivisionError("oops")
    answer = root.post("/api/v1/backup/targets/probe/", {"kind": "folder", "settings": {"path": str(far)}}, "json")
    assert answer.status_code == 400
    assert "The plugin folder fails: ZeroDivisionError" in answer.data["settings"][0]


def test_files_at_a_target(root: Any, target: dict[str, Any], far: Path) -> None:
    (far / "Gate").mkdir()
    (far / "Gate" / "a.mp4").write_bytes(b"0123456789")
    url = f"/api/v1/backup/targets/{target['id']}"
    assert [row["path"] for row in root.get(f"{url}/files/").data["results"]] == ["Gate"]
    [row] = root.get(f"{url}/files/?folder=Gate").data["results"]
    assert (row["path"], row["size"], row["restorable"]) == ("Gate/a.mp4", 10, True)
    answer = root.get(f"{url}/file/?path=Gate/a.mp4", HTTP_RANGE="bytes=2-4")
    assert (answer.status_code, answer["Content-Range"]) == (206, "bytes 2-4/10")
    assert root.get(f"{url}/file/?path=Gate/b.mp4").status_code == 404


@pytest.mark.parametrize("path", ["../secret", "Gate/../../secret", "a%0d%0aDELE%20b"])
def test_paths_lead_nowhere_else(root: Any, target: dict[str, Any], path: str) -> None:
    url = f"/api/v1/backup/targets/{target['id']}"
    assert root.get(f"{url}/files/?folder={path}").status_code == 400
    assert root.get(f"{url}/file/?path={path}").status_code == 400


def test_target_that_is_away_is_no_error_of_ours(root: Any, target: dict[str, Any], faults: Faults) -> None:
    faults.trouble = BackupTrouble.AWAY
    answer = root.get(f"/api/v1/backup/targets/{target['id']}/files/")
    assert (answer.status_code, answer.data["detail"]) == (502, "The folder is away; bring it back.")


def test_queue(root: Any, target: dict[str, Any]) -> None:
    made = plan(root, target).data
    for number, state in enumerate([State.WAITING, State.FAILED, State.DONE], 1):
        Copy.objects.create(
            plan_id=made["id"],
            target_id=target["id"],
            source=number,
            camera_id=1,
            start_ms=number,
            end_ms=number,
            path=str(number),
            state=state,
        )
    url = "/api/v1/backup/copies/"
    assert [
        row["source"] if "source" in row else row["path"] for row in root.get(f"{url}?state=failed").data["results"]
    ] == ["2"]
    assert root.get(f"{url}?state=lost").status_code == 400
    assert root.get(f"{url}?plan=x").status_code == 400
    assert root.post(url, {"act": "cancel"}, "json").data == {"copies": 2}
    assert root.post(url, {"act": "retry", "plan": made["id"]}, "json").data == {"copies": 2}
    standing = root.get("/api/v1/backup/plans/").data["results"][0]
    assert (standing["waiting"], standing["failed"], standing["oldest"]) == (2, 0, "1970-01-01T00:00:00.001Z")


def test_operator_sees_nothing_of_it(client_of: Any, person: Any, target: dict[str, Any]) -> None:
    """Copies show every camera: the rights are the system's, and the administrator's alone at first."""
    operator = client_of(person("op", "operator"))
    for path in ("targets/", "plans/", "copies/", "restores/", "kinds/", f"targets/{target['id']}/files/"):
        assert operator.get(f"/api/v1/backup/{path}").status_code == 403, path
