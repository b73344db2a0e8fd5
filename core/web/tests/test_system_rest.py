"""The log, checks that mend, and the configuration as a file, over REST."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.access.roles import keep_roles_in_step
from core.cameras.models import Camera
from core.configuration import configuration
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, HealthCheckSpec, HealthFix, Level
from core.system.models import AuditRow
from core.web.rest import log, system

LOG = "/api/v1/system/log/"
BACKUP = "/api/v1/system/configuration/backup/"
RESTORE = "/api/v1/system/configuration/restore/"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the log lies."""
    monkeypatch.setattr(log, "directory", lambda: tmp_path)
    return tmp_path / "000001.jsonl"


def say(log_file: Path, message: str, **more: Any) -> None:
    record = {"level": "INFO", "logger": "eyrie.x", "process": "web", "message": message, **more}
    with log_file.open("a") as file:
        file.write(json.dumps(record) + "\n")


@pytest.fixture
def admin(db, person, client_of) -> Any:
    keep_roles_in_step()
    return client_of(person("ada", "administrator"))


def test_the_log_is_the_administrators(db, person, client_of) -> None:
    assert client_of(person("olga", "operator")).get(LOG).status_code == 403


def test_pages_of_the_log(admin, written: Path) -> None:
    assert admin.get(LOG).json() == {"results": [], "older": None, "newer": None}
    for number in range(5):
        say(written, f"line {number}", level="ERROR" if number == 1 else "INFO", exc_info="Traceback", shoe=7)
    page = admin.get(LOG, {"page_size": 2}).json()
    assert [line["message"] for line in page["results"]] == ["line 3", "line 4"]
    assert (page["results"][0]["detail"], page["results"][0]["more"]) == ("Traceback", {"shoe": 7})
    older = admin.get(LOG, {"page_size": 2, "before": page["older"]}).json()
    assert [line["message"] for line in older["results"]] == ["line 1", "line 2"]
    assert [line["message"] for line in admin.get(LOG, {"level": "ERROR"}).json()["results"]] == ["line 1"]
    say(written, "line 5")
    newer = admin.get(LOG, {"after": page["newer"]}).json()
    assert [line["message"] for line in newer["results"]] == ["line 5"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "x"}, "after"),
        ({"level": "LOUD"}, "level"),
        ({"plugin": "nobody"}, "plugin"),
        ({"page_size": 0}, "page_size"),
    ],
)
def test_a_wrong_question_is_told(admin, written: Path, query: dict[str, Any], field: str) -> None:
    answer = admin.get(LOG, query)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


@pytest.mark.django_db(transaction=True)
async def test_the_whole_log_is_a_file(session_of, written: Path) -> None:
    for number in range(100):
        say(written, f"line {number}")
    client = await session_of("ada", "administrator")
    answer = await client.get(LOG + "eyrie-log.jsonl")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [json.loads(line)["message"] for line in answer.text.splitlines()] == [f"line {n}" for n in range(100)]
    part = await client.get(LOG + "eyrie-log.jsonl", headers={"Range": "bytes=-30"})
    assert part.text == answer.text[-30:]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_check_is_mended(admin, person, client_of, register_temporarily, monkeypatch: pytest.MonkeyPatch) -> None:
    leaks = [True]

    def run() -> Health:
        return Health(Level.WARNING, "It leaks.", "Stop it.", "/system/", True) if leaks else Health(Level.OK, "Dry.")

    spec = HealthCheckSpec("leak", "Leak", run, fix=HealthFix("Stop it", leaks.clear))
    register_temporarily(SimpleNamespace(register_health_checks=hookimpl(lambda: [spec])), "tea")
    system._health_checks.cache_clear()
    found = {check["name"]: check for check in admin.get("/api/v1/health/").json()["checks"]}["tea.leak"]
    assert (found["remedy"], found["link"], found["fix"]) == ("Stop it.", "/system/", "Stop it")
    refused = client_of(person("olga", "operator")).post("/api/v1/health/tea.leak/fix/")
    assert refused.status_code == 403
    assert leaks
    mended = admin.post("/api/v1/health/tea.leak/fix/")
    assert (mended.json()["level"], mended.json()["fix"]) == ("ok", "")
    assert AuditRow.objects.get(action="health.fix").target == "check:tea.leak"
    assert admin.post("/api/v1/health/tea.nothing/fix/").status_code == 404
    assert admin.post("/api/v1/health/core.clock/fix/").status_code == 400


def test_the_public_health_stays_cheap(db, client_of, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):
        assert client_of(None).get("/api/v1/health/").json() == {"status": "ok"}


def upload(client: Any, data: bytes, passphrase: str, dry_run: bool) -> Any:
    file = SimpleUploadedFile("all.zip", data)
    return client.post(RESTORE, {"file": file, "passphrase": passphrase, "dry_run": dry_run}, format="multipart")


def test_the_configuration_goes_out_and_comes_back(admin, person, client_of) -> None:
    camera = Camera.objects.create(name="gate", driver="none")
    answer = admin.post(BACKUP, {"passphrase": "correct horse"}, format="json")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert ".eyrie" in answer.headers["Content-Disposition"]
    Camera.objects.filter(pk=camera.pk).update(name="door")
    tried = upload(admin, answer.content, "correct horse", True).json()
    assert tried["dry_run"] is True
    assert [(change["kind"], change["name"], change["fields"]) for change in tried["changes"]] == [
        ("changed", "door", {"name": ["door", "gate"]})
    ]
    assert Camera.objects.get().name == "door"
    wrong = upload(admin, answer.content, "wrong horse", False)
    assert (wrong.status_code, list(wrong.json())) == (400, ["passphrase"])
    upload(admin, answer.content, "correct horse", False)
    assert Camera.objects.get().name == "gate"
    assert list(upload(admin, b"no zip", "", False).json()) == ["file"]
    assert list(admin.post(BACKUP, {"passphrase": "short"}, format="json").json()) == ["passphrase"]
    assert client_of(person("olga", "operator")).post(BACKUP).status_code == 403


@pytest.mark.django_db(databases="__all__")
def test_the_status_tells_version_and_time(admin) -> None:
    found = admin.get("/api/v1/system/status/").json()
    assert found["version"][0].isdigit()
    assert found["now"].endswith("Z")


def test_the_data_directory_holds_the_log() -> None:
    assert log.directory() == configuration().data / "log"
