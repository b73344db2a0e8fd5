"""The audit log is written with the deed, and copied to plugins after it."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from pydantic import BaseModel, SecretStr

from core.hookspecs.audit import AuditEntry
from core.hookspecs.marks import hookimpl
from core.pluginhost import UnknownName, host
from core.system import audit
from core.system.models import AuditRow
from core.testing.clock import FakeClock


class Account(BaseModel):
    user: str
    password: SecretStr


@pytest.fixture
def copies(register_temporarily: Any) -> list[AuditEntry]:
    seen: list[AuditEntry] = []

    @hookimpl
    def on_audit_recorded(entry: AuditEntry) -> None:
        seen.append(entry)

    register_temporarily(SimpleNamespace(on_audit_recorded=on_audit_recorded), "auditor")
    return seen


@pytest.mark.django_db(transaction=True)
def test_copies_are_told_after_commit(copies: list[AuditEntry], fake_clock: FakeClock) -> None:
    with transaction.atomic():
        entry = audit.record("ann", "camera.add", "camera:1", after={"name": "Door"}, clock=fake_clock)
        assert copies == []
    assert copies == [entry]
    row = AuditRow.objects.get()
    assert (row.actor, row.action, row.at_ms) == ("ann", "camera.add", fake_clock.wall_ms())
    assert row.detail == {"after": {"name": "Door"}}


@pytest.mark.django_db(transaction=True)
def test_deed_undone_leaves_no_trace(copies: list[AuditEntry]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record("ann", "camera.add", "camera:1")
        raise RuntimeError("undone")
    assert copies == []
    assert not AuditRow.objects.exists()


@pytest.mark.django_db
def test_an_act_nobody_declared_is_an_error_where_plugins_are_strict() -> None:
    with pytest.raises(UnknownName, match=r"x\.change"):
        audit.record("ann", "x.change", "x:1")


@pytest.mark.django_db
def test_an_act_nobody_declared_is_kept_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host(), "strict", False)
    audit.record("ann", "x.change", "x:1")
    assert AuditRow.objects.get().action == "x.change"


@pytest.mark.django_db
def test_changed_secret_is_seen_but_not_shown() -> None:
    before = Account(user="u", password=SecretStr("geheim-1"))
    after = Account(user="u", password=SecretStr("geheim-2"))
    detail = audit.record("ann", "site.change", "site:1", before=before, after=after).detail
    assert detail == {"before": {"password": "********"}, "after": {"password": "********"}}


@pytest.mark.django_db
def test_only_what_differs_is_kept() -> None:
    detail = audit.record(
        "ann", "site.change", "site:1", before={"a": 1, "b": 1}, after={"a": 2, "b": 1, "c": 3}
    ).detail
    assert detail == {"before": {"a": 1}, "after": {"a": 2, "c": 3}}
