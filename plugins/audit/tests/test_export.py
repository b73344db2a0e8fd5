"""Exports prove themselves, retention leaves a chain that still proves good, and files are turned and kept."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from core.api.services import AuditSearch, record_audit
from core.testing.clock import FakeClock
from plugins.audit import chain, export
from plugins.audit.exported import NoExport, verify_export
from plugins.audit.models import Checkpoint, Cursor, Head, Link
from plugins.audit.retention import DAY_MS, remove_old
from plugins.audit.settings import AuditSettings
from plugins.audit.signing import load
from plugins.audit.sinks.delivering import deliver
from plugins.audit.sinks.files import FileSink
from plugins.audit.stored import verify

pytestmark = pytest.mark.django_db
AuditRow: Any = apps.get_model("system", "AuditRow")
DAYS = 24 * 3600


def lines(signer, wanted: AuditSearch | None = None) -> list[bytes]:
    return list(export.whole(signer, 1) if wanted is None else export.found(signer, 1, wanted))


def test_an_export_is_verified_alone(write, link_all, signer) -> None:
    write(12)
    link_all()
    verdict = verify_export(lines(signer), [signer.public])
    assert (verdict.findings, verdict.notes, verdict.entries, verdict.covered) == ((), (), 12, 12)
    assert "compare it with the one you know" in verify_export(lines(signer), []).notes[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text[:3] + text[4:], "entry 3 is missing."),
        (lambda text: [*text[:4], text[4].replace(b'"ann"', b'"bob"'), *text[5:]], "entry 4 (id"),
        (lambda text: [*text[:2], text[3], text[2], *text[4:]], "entry 2 is missing."),
        (lambda text: text[:-1], "the export is not whole"),
        (lambda text: [text[0].replace(b'"made_ms":1', b'"made_ms":2'), *text[1:]], "was changed after it was made"),
    ],
)
def test_an_export_that_was_touched_is_seen(write, link_all, signer, change, told: str) -> None:
    write(6)
    link_all()
    findings = verify_export(change(lines(signer)), [signer.public]).findings
    assert told in findings[0]


def test_an_export_by_another_key_is_seen(write, link_all, signer, tmp_path: Path) -> None:
    write(2)
    link_all()
    folder = tmp_path / "other"
    folder.mkdir()
    assert "not trusted" in verify_export(lines(load(folder)), [signer.public]).findings[0]


def test_what_a_search_found_is_verified_entry_by_entry(write, link_all, signer) -> None:
    write(6)
    link_all()
    found = lines(signer, AuditSearch(target="camera:3"))
    verdict = verify_export(found, [signer.public])
    assert (verdict.findings, verdict.entries) == ((), 1)
    assert "what a search found" in verdict.notes[0]
    touched = [found[0], found[1].replace(b"ann", b"bob"), *found[2:]]
    assert "was altered" in verify_export(touched, [signer.public]).findings[0]


@pytest.mark.parametrize("text", [b"", b"{}\n", b"nonsense", b"[1]\n", b"\xff\xfe"])
def test_what_is_no_export_is_told(signer, text: bytes) -> None:
    with pytest.raises(NoExport):
        verify_export(io.BytesIO(text), [signer.public])


def test_a_spreadsheet_runs_nothing(write, link_all) -> None:
    record_audit("=HYPERLINK(1)", "auth.sign_in_refused", "user:", address="@x")
    link_all()
    rows = list(csv.reader(io.StringIO(b"".join(export.table(AuditSearch())).decode("utf-8-sig"))))
    assert rows[0] == list(export.COLUMNS)
    assert (rows[1][2], rows[1][5]) == ("'=HYPERLINK(1)", "'@x")


def test_what_is_over_is_removed_and_the_rest_proves_good(write, link_all, signer, data, fake_clock: FakeClock) -> None:
    settings = AuditSettings(keep_days=10, archive=True)
    write(4)
    link_all()
    fake_clock.advance(8 * DAYS)
    write(3)
    link_all()
    assert remove_old(settings, [], signer, data, fake_clock) == 0
    fake_clock.advance(3 * DAYS)
    assert remove_old(settings, [], signer, data, fake_clock) == 4
    link_all()
    verdict = verify(data, [signer.public], fake_clock)
    assert (verdict.findings, verdict.first, verdict.last) == ((), 5, 8)
    assert verdict.notes == ("entries up to 4 were removed as their time was over, which is signed.",)
    assert AuditRow.objects.get(action="audit.remove").detail["after"]["up_to"] == 4
    archive = data / "audit" / "archive" / "audit-1-4.jsonl.gz"
    assert archive.stat().st_mode & 0o777 == 0o600
    with gzip.open(archive) as file:
        kept = verify_export(file, [signer.public])
    assert (kept.findings, kept.first, kept.last, kept.notes) == ((), 1, 4, ())
    assert verify_export(lines(signer), [signer.public]).findings == ()


def test_who_removes_more_than_was_signed_is_found(write, link_all, signer, data, fake_clock: FakeClock) -> None:
    write(6)
    link_all()
    fake_clock.advance(11 * DAYS)
    write(2)
    link_all()
    remove_old(AuditSettings(keep_days=10), [], signer, data, fake_clock)
    link_all()
    assert verify(data, [signer.public], fake_clock).findings == ()
    gone = Link.objects.get(number=7)
    AuditRow.objects.filter(pk=gone.entry_id).delete()
    gone.delete()
    assert verify(data, [signer.public], fake_clock).findings == ("entry 7 is missing.",)
    note = Checkpoint.objects.get(kind="removed")
    Checkpoint.objects.filter(pk=note.pk).update(number=7, statement=note.statement.replace('"number":6', '"number":7'))
    assert "the note that entries up to 7 were removed is forged." in verify(data, [signer.public], fake_clock).findings


def test_a_removal_that_was_interrupted_is_finished(write, link_all, signer, data, fake_clock, monkeypatch) -> None:
    write(5)
    link_all()
    fake_clock.advance(11 * DAYS)
    write(1)
    link_all()
    with monkeypatch.context() as crash:
        crash.setattr("plugins.audit.retention.forget_audit", lambda ids: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remove_old(AuditSettings(keep_days=10), [], signer, data, fake_clock)
    assert AuditRow.objects.filter(action="camera.change").count() == 6
    assert remove_old(AuditSettings(keep_days=10), [], signer, data, fake_clock) == 5
    link_all()
    assert verify(data, [signer.public], fake_clock).findings == ()


def test_what_a_sink_has_not_got_is_kept_a_month_longer(write, link_all, signer, data, fake_clock) -> None:
    write(4)
    link_all()
    Cursor.objects.create(sink="syslog", number=2)
    fake_clock.advance(11 * DAYS)
    write(1)
    link_all()
    settings = AuditSettings(keep_days=10)
    assert remove_old(settings, ["syslog"], signer, data, fake_clock) == 2
    fake_clock.advance(30 * DAYS)
    assert remove_old(settings, ["syslog"], signer, data, fake_clock) == 2
    assert fake_clock.wall_ms() > 41 * DAY_MS


def test_files_are_turned_and_a_cut_line_comes_again(write, link_all, data: Path, fake_clock: FakeClock) -> None:
    settings = AuditSettings(file=True, file_mb=1, file_count=2)
    sink = FileSink(settings, data)
    sink._most = 2000
    Cursor.objects.create(sink="file", number=0)
    path = data / "audit" / "audit.jsonl"
    for _ in range(6):
        write(10)
        link_all()
        deliver([sink], fake_clock)
    assert path.stat().st_mode & 0o777 == 0o600
    full = sorted(path.parent.glob("audit-*.jsonl"))
    assert len(full) == 2
    sink._most = 10**6
    with path.open("ab") as file:
        file.write(b'{"cut')
    write(1)
    link_all()
    deliver([sink], fake_clock)
    text = b"".join(one.read_bytes() for one in [*full, path]).splitlines()
    read = [json.loads(line) for line in text if line != b'{"cut']
    assert [one["number"] for one in read if one["record"] == "entry"] == list(range(31, 62))


def test_a_file_that_cannot_be_written_is_told(write, link_all, data: Path, fake_clock: FakeClock) -> None:
    write(1)
    link_all()
    Cursor.objects.create(sink="file", number=0)
    (data / "audit").write_text("in the way")
    deliver([FileSink(AuditSettings(), data)], fake_clock)
    assert "cannot be written" in Cursor.objects.get().error


def test_the_command_ends_with_1_and_names_the_first_fault(
    write, link_all, data: Path, signer, monkeypatch, capsys, tmp_path: Path
) -> None:
    monkeypatch.setattr("plugins.audit.management.commands.audit.data_directory", lambda: data)
    write(4)
    link_all()
    call_command("audit", "verify")
    assert "Nothing is wrong with entries 1 to 4" in capsys.readouterr().out
    key, log = tmp_path / "key.pem", tmp_path / "log.jsonl"
    call_command("audit", "key")
    pem = capsys.readouterr().out
    assert signer.fingerprint in pem
    key.write_text(pem)
    log.write_bytes(b"".join(lines(signer)))
    call_command("audit", "verify", "--key", str(key), "--file", str(log))
    assert "Nothing is wrong" in capsys.readouterr().out
    AuditRow.objects.filter(pk=Link.objects.get(number=2).entry_id).update(actor="bob")
    with pytest.raises(CommandError, match=r"entry 2 .* was altered") as ended:
        call_command("audit", "verify")
    assert ended.value.returncode == 1
    call_command("audit", "verify", "--from", "3")
    with pytest.raises(CommandError, match="no public key in PEM"):
        call_command("audit", "verify", "--key", str(log))


def test_a_log_with_nothing_linked_is_no_fault(db, data: Path, signer, fake_clock: FakeClock) -> None:
    assert verify(data, [signer.public], fake_clock).notes == ("nothing is linked yet.",)
    assert verify_export(lines(signer), [signer.public]).findings == ()
    assert chain.waiting() == (0, 0)
    assert not Head.objects.exists()
