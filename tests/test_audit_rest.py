"""The log over REST: who may, what is found, and files of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.access.models import Grant, Role
from core.api.services import record_audit
from core.cameras.models import Camera
from core.system.models import AuditRow
from core.testing.clock import FakeClock
from core.web.tests.conftest import client_of, person
from plugins.audit import health, tasks
from plugins.audit.exported import verify_export
from plugins.audit.following import follow, sinks_of
from plugins.audit.models import Cursor, Head, Link
from plugins.audit.settings import AuditSettings
from plugins.audit.signing import FILE, load, public_key
from plugins.audit.tests.conftest import data, link_all, signer, write

__all__ = ["client_of", "data", "link_all", "person", "signer", "write"]

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/plugins/audit/"


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, data: Path) -> Path:
    """A data directory for each test: a database that is rolled back looks like a log that was cut."""
    for module in ("core.api.services", "plugins.audit.rest", "plugins.audit.tasks", "plugins.audit.keeping"):
        monkeypatch.setattr(f"{module}.data_directory", lambda: data)
    return data


@pytest.fixture
def asked(person: Callable, client_of: Callable) -> Callable:
    client = client_of(person("ada", "administrator"))

    def ask(path: str, **query: object):
        return client.get(ROOT + path, query)

    return ask


@pytest.fixture
def some(fake_clock: FakeClock) -> Camera:
    """Three entries, an hour apart."""
    door = Camera.objects.create(name="Tür", driver="none")
    AuditRow.objects.all().delete()
    for actor, action, target, after in (
        ("ann", "camera.change", f"camera:{door.pk}", {"name": "Tür"}),
        ("bob", "camera.live", f"camera:{door.pk}", {"camera": "Tür"}),
        ("bob", "export.create", "export:9", {"cameras": [1]}),
    ):
        record_audit(actor, action, target, after=after, address="10.0.0.7", clock=fake_clock)
        fake_clock.advance(3600)
    return door


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ({}, ["export.create", "camera.live", "camera.change"]),
        ({"actor": "ann"}, ["camera.change"]),
        ({"action": ["camera.live", "export.create"]}, ["export.create", "camera.live"]),
        ({"action": "camera."}, ["camera.live", "camera.change"]),
        ({"target": "export:"}, ["export.create"]),
        ({"target": "export:9"}, ["export.create"]),
        ({"address": "10.0."}, ["export.create", "camera.live", "camera.change"]),
        ({"address": "11."}, []),
        ({"text": "tür"}, []),
        ({"text": "Tür"}, ["camera.live", "camera.change"]),
        ({"text": "LIVE"}, ["camera.live"]),
        ({"start": "2026-01-01T00:30:00Z", "end": "2026-01-01T02:00:00+00:00"}, ["camera.live"]),
    ],
)
def test_entries_are_found(asked, some, query, actions) -> None:
    found = asked("entries/", **query).json()
    if query.get("text") == "tür":  # case of what is not ASCII is PostgreSQL's to know
        assert {one["action"] for one in found["results"]} <= {"camera.live", "camera.change"}
    else:
        assert [one["action"] for one in found["results"]] == actions


def test_an_entry_says_it_all(asked, some: Camera) -> None:
    found = asked("entries/", camera=some.pk, page_size=1).json()
    (entry,) = found["results"]
    assert (entry["title"], entry["target_name"], entry["time"]) == ("Watched live", "Tür", "2026-01-01T01:00:00.000Z")
    assert (entry["number"], entry["digest"], entry["after"]) == (None, None, {"camera": "Tür"})
    older = asked("entries/", camera=some.pk, before=found["next"]).json()
    assert [one["action"] for one in older["results"]] == ["camera.change"]
    assert older["next"] is None
    assert asked(f"entries/{entry['id']}/").json() == entry
    assert asked("entries/999999/").status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("entries/", {"action": "Camera!"}, "action"),
        ("entries/", {"start": "yesterday"}, "start"),
        ("entries/", {"page_size": 501}, "page_size"),
        ("entries/", {"before": "x"}, "before"),
        ("export/", {"file": "pdf"}, "file"),
        ("export/", {"whole": "true", "actor": "ann"}, "whole"),
    ],
)
def test_bad_questions_are_told_by_field(asked, path: str, query: dict[str, object], field: str) -> None:
    answer = asked(path, **query)
    assert answer.status_code == 400
    assert field in answer.json()


def test_choices_and_state(asked, some: Camera, place: Path) -> None:
    choices = asked("choices/").json()
    assert {"ann", "bob"} <= set(choices["actors"])
    assert {"name": "camera.live", "title": "Watched live"} in choices["actions"]
    assert choices["cameras"] == [{"id": some.pk, "name": "Tür"}]
    state = asked("state/").json()
    assert (state["last"], state["waiting"]) == (0, AuditRow.objects.count())
    key = asked("key/")
    assert public_key(key.content) == load(place).public


def test_exports_are_files_and_are_audited(asked, some: Camera, fake_clock: FakeClock, place: Path) -> None:
    follow(place, fake_clock)
    table = asked("export/", file="csv", actor="bob")
    assert table["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(b"".join(table).decode("utf-8-sig"))))
    assert [row["action"] for row in rows] == ["export.create", "camera.live"]
    assert json.loads(rows[1]["after"]) == {"camera": "Tür"}
    whole = b"".join(asked("export/", whole="true"))
    key = load(place).public
    assert verify_export(io.BytesIO(whole), [key]).findings == ()
    found = b"".join(asked("export/", text="Tür"))
    assert verify_export(io.BytesIO(found), [key]).entries == 2
    told = AuditRow.objects.filter(action="audit.export").order_by("pk")
    assert [row.detail["after"] for row in told] == [
        {"file": "csv", "whole": False, "actor": "bob"},
        {"file": "json", "whole": True},
        {"file": "json", "whole": False, "text": "Tür"},
    ]


def test_reading_and_exporting_are_rights_of_their_own(person: Callable, client_of: Callable) -> None:
    reader = person("eve")
    role = Role.objects.create(name="auditor", title="Auditor", permissions=["audit.view"])
    Grant.objects.create(user=reader, role=role)
    client = client_of(reader)
    assert client.get(ROOT + "entries/").status_code == 200
    assert client.get(ROOT + "export/").status_code == 403
    assert client_of(person("op", "operator")).get(ROOT + "entries/").status_code == 403


def test_health_tells_of_key_chain_and_copies(some, fake_clock: FakeClock, monkeypatch, place: Path) -> None:
    assert health.chain().level == "failed"  # the entries are of the clock's year, and nobody linked them
    follow(place, fake_clock)
    assert health.chain().summary == "3 entries are chained and signed."
    assert health.sinks().summary == "The audit log is copied nowhere."
    settings = AuditSettings(file=True, syslog_host="logs.invalid")
    monkeypatch.setattr("plugins.audit.following.settings_now", lambda: settings)
    assert [one.name for one in sinks_of(settings, place)] == ["file", "syslog"]
    Cursor.objects.create(sink="syslog", number=1, error="logs.invalid:6514 cannot be reached.")
    assert "syslog lacks 2 entries" in health.sinks().summary
    (place / FILE).write_text("")
    assert "cannot be signed" in health.chain().summary


def test_the_workers_tasks(some) -> None:
    """Each as the queue calls it."""
    for task in (tasks.grown, tasks.look, tasks.sweep, tasks.forget):
        task.call_local()
    assert Head.objects.get().number == Link.objects.count() >= 3


def test_the_key_goes_with_the_configuration(place: Path, signer) -> None:
    from plugins.audit import keeping

    kept = keeping.read()
    keeping.check(kept)
    (place / FILE).unlink()
    assert keeping.read() == {}
    keeping.write(kept)
    assert load(place).public == signer.public
    with pytest.raises(ValueError, match="no key"):
        keeping.check({FILE: b"x"})
