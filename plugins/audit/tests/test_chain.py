"""Whatever is done to the log behind our back is found and named, whoever can write the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps import apps

from core.testing.clock import FakeClock
from plugins.audit import chain, witness
from plugins.audit.canonical import content_of, digest_of, origin
from plugins.audit.models import Checkpoint, Head, Link
from plugins.audit.signing import FILE, KeyTrouble, Signed, Signer, load, public_key
from plugins.audit.stored import Verdict, verify

pytestmark = pytest.mark.django_db
AuditRow: Any = apps.get_model("system", "AuditRow")


@pytest.fixture
def verified(signer: Signer, data: Path, fake_clock: FakeClock) -> Callable[..., Verdict]:
    def run(*keys: bytes, **span: Any) -> Verdict:
        return verify(data, keys or (signer.public,), fake_clock, **span)

    return run


@pytest.fixture
def ten(write, link_all, monkeypatch) -> None:
    """Ten entries; the fourth and the eighth have a checkpoint, the tenth is where the signed head is."""
    monkeypatch.setattr(chain, "CHECKPOINT_EVERY", 4)
    for count in (4, 4, 2):
        write(count)
        link_all()


def test_what_is_written_is_linked_and_proves_good(write, link_all, verified) -> None:
    write(3)
    assert chain.waiting()[0] == 3
    assert link_all() == 3
    assert chain.waiting() == (0, 0)
    assert link_all() == 0
    verdict = verified()
    assert (verdict.findings, verdict.first, verdict.last, verdict.covered, verdict.waiting) == ((), 1, 3, 3, 0)
    write(1)
    assert verified().waiting == 1


def test_an_altered_entry_is_named(ten, verified) -> None:
    row = AuditRow.objects.order_by("pk")[4]
    AuditRow.objects.filter(pk=row.pk).update(actor="bob")
    assert verified().findings == (
        f"entry 5 (id {row.pk}) was altered: it does not say what it said when it was linked.",
    )


@pytest.mark.parametrize("field", ["at_ms", "action", "target", "address", "detail"])
def test_every_field_counts(ten, verified, field: str) -> None:
    new: dict[str, Any] = {"at_ms": 5, "detail": {"after": {"name": "Tür 2", "ratio": 0.25}}}
    AuditRow.objects.filter(pk=Link.objects.get(number=3).entry_id).update(**{field: new.get(field, "x")})
    assert "entry 3" in verified().findings[0]


def test_a_removed_entry_is_named(ten, verified) -> None:
    row = AuditRow.objects.order_by("pk")[6]
    row_id = row.pk
    row.delete()
    assert verified().findings == (f"entry 7 (id {row_id}) is missing: its place in the chain is there.",)


def test_an_entry_removed_with_its_link_is_named(ten, verified) -> None:
    for number in (5, 6):
        AuditRow.objects.filter(pk=Link.objects.get(number=number).entry_id).delete()
        Link.objects.filter(number=number).delete()
    assert verified().findings == ("2 entries are missing, from 5 to 6.",)


def test_two_that_were_swapped_are_named(ten, verified) -> None:
    first, second = AuditRow.objects.order_by("pk")[2:4]
    ids = (first.pk, second.pk)
    first.pk, second.pk = second.pk, first.pk
    first.save()
    second.save()
    assert verified().findings == (
        f"entry 3 (id {ids[0]}) was reordered: it says what entry 4 said.",
        f"entry 4 (id {ids[1]}) was reordered: it says what entry 3 said.",
    )


def test_links_that_were_swapped_break_the_chain(ten, verified) -> None:
    third, fourth = Link.objects.filter(number__in=(3, 4)).order_by("number")
    Link.objects.filter(number__in=(3, 4)).delete()
    third.number, fourth.number = 4, 3
    third.save(force_insert=True)
    fourth.save(force_insert=True)
    assert verified().findings[0] == "the chain breaks at entry 3: it does not follow from the one before it."


def test_the_newest_entries_cannot_go_unseen(ten, verified) -> None:
    """Not even by who puts back the head that was signed before they were written."""
    old = Checkpoint.objects.order_by("-number").first()
    assert old is not None and old.number == 8
    keep = Link.objects.get(number=8)
    AuditRow.objects.filter(pk__gt=keep.entry_id).delete()
    Link.objects.filter(number__gt=8).delete()
    assert "the newest 2 entries are missing: the log ends at 8, and 10 were signed" in verified().findings[0]
    Head.objects.update(
        number=8, digest=keep.digest, top=keep.entry_id, statement=old.statement, signature=old.signature
    )
    assert verified().findings == (
        "the newest 2 entries are missing: the log ends at 8, and 10 were signed (the head kept beside the database).",
    )


def test_going_on_after_a_cut_does_not_hide_it(ten, write, link_all, verified) -> None:
    old = Checkpoint.objects.get(number=8)
    keep = Link.objects.get(number=8)
    AuditRow.objects.filter(pk__gt=keep.entry_id).delete()
    Link.objects.filter(number__gt=8).delete()
    Head.objects.update(
        number=8, digest=keep.digest, top=keep.entry_id, statement=old.statement, signature=old.signature
    )
    write(5)
    link_all()
    (finding,) = verified().findings
    assert finding == "entry 14 tells that the log was cut: 10 were signed, 8 were found."
    assert AuditRow.objects.get(action="audit.break").detail["before"]["number"] == 10
    assert verified(first=15).findings == ()


def rebuilt(log: str) -> None:
    """What an attacker without the key does after changing an entry: all links anew."""
    digest = origin(log)
    for link in Link.objects.order_by("number"):
        row = AuditRow.objects.get(pk=link.entry_id)
        said = {name: getattr(row, name) for name in ("action", "actor", "address", "at_ms", "detail", "target")}
        link.content = content_of(said)
        link.digest = digest = digest_of(digest, link.number, link.entry_id, link.linked_ms, link.content)
        link.save()
    Head.objects.update(digest=digest)


def test_a_rebuilt_chain_is_not_what_was_signed(ten, verified) -> None:
    AuditRow.objects.filter(pk=Link.objects.get(number=6).entry_id).update(actor="bob")
    rebuilt(Head.objects.get().log)
    findings = verified().findings
    assert findings[0] == (
        "the checkpoint at entry 8 was signed over another chain: one or more of the entries 5 to 8 were rewritten."
    )
    assert "the signed head" in findings[1]


def test_a_forged_checkpoint_is_named(ten, verified) -> None:
    row = Checkpoint.objects.get(number=8)
    Checkpoint.objects.filter(pk=row.pk).update(statement=row.statement.replace('"number":8', '"number":9'))
    assert verified().findings == ("the checkpoint at entry 8 is forged: its signature does not fit.",)


def test_a_chain_rebuilt_with_another_key_is_named(ten, verified) -> None:
    other = Signer(Ed25519PrivateKey.generate())
    head = Head.objects.get()
    AuditRow.objects.filter(pk=Link.objects.get(number=6).entry_id).update(actor="bob")
    rebuilt(head.log)
    for row in Checkpoint.objects.all():
        signed = other.sign("checkpoint", head.log, row.number, bytes(Link.objects.get(number=row.number).digest), 1)
        Checkpoint.objects.filter(pk=row.pk).update(statement=signed.statement, signature=signed.signature)
    assert verified().findings[0] == (
        f"the checkpoint at entry 4 was signed by a key that is not trusted here ({other.fingerprint})."
    )


def test_what_was_signed_of_another_log_counts_for_nothing(ten, verified, signer: Signer) -> None:
    link = Link.objects.get(number=8)
    signed = signer.sign("checkpoint", "0" * 32, 8, bytes(link.digest), 1)
    Checkpoint.objects.filter(number=8).update(statement=signed.statement, signature=signed.signature)
    assert verified().findings == ("the checkpoint at entry 8 is of another log.",)


def test_an_entry_that_was_slipped_in_is_named(write, link_all, verified, monkeypatch, fake_clock: FakeClock) -> None:
    monkeypatch.setattr("plugins.audit.stored.WINDOW", 0)
    write(3)
    AuditRow.objects.order_by("pk")[1].delete()
    link_all()
    gap = AuditRow.objects.order_by("pk")[0].pk + 1
    AuditRow.objects.create(pk=gap, at_ms=1, actor="mallory", action="camera.change", target="camera:1")
    assert verified().findings == (f"the entry of id {gap} was never linked: it was put into the log later.",)


def test_links_behind_the_signed_end_are_named(ten, verified) -> None:
    AuditRow.objects.create(pk=9999, at_ms=1, actor="mallory", action="camera.change", target="camera:1")
    Link.objects.create(number=11, entry_id=9999, linked_ms=1, content=b"x", digest=b"y")
    assert verified().findings == ("entry 11 lies behind the end of the chain: it was put there.",)


def test_a_slow_transaction_is_linked_later(write, link_all, verified) -> None:
    write(3)
    slow = AuditRow.objects.order_by("pk")[1]
    AuditRow.objects.filter(pk=slow.pk).delete()  # not to be seen yet
    link_all()
    slow.save(force_insert=True)
    assert link_all() == 1
    assert Link.objects.get(number=3).entry_id == slow.pk
    assert verified().findings == ()


def test_a_stretch_is_verified_alone(ten, verified) -> None:
    AuditRow.objects.filter(pk=Link.objects.get(number=2).entry_id).update(actor="bob")
    verdict = verified(first=3, last=9)
    assert (verdict.findings, verdict.first, verdict.last, verdict.entries) == ((), 3, 9, 7)
    assert verdict.notes == ("what lies before entry 3 was not looked at.",)


def test_a_new_key_is_told_and_the_old_one_still_counts(ten, write, data: Path, fake_clock, verified) -> None:
    old = load(data)
    (data / FILE).unlink()
    new = load(data)
    write(2)
    chain.link(new, data, fake_clock)
    assert AuditRow.objects.filter(action="audit.key").count() == 1
    assert "not trusted here" in verified(new.public).findings[0]
    verdict = verified(old.public, new.public)
    assert verdict.findings == ()
    assert any("signing key changed" in note for note in verdict.notes)


def test_the_key_is_for_its_owner_alone_and_a_bad_one_is_told(data: Path, signer: Signer) -> None:
    assert (data / FILE).stat().st_mode & 0o777 == 0o600
    assert public_key(signer.pem.encode()) == signer.public
    (data / FILE).write_text("no key")
    with pytest.raises(KeyTrouble, match="put its backup back"):
        load(data)


def test_a_signature_that_is_no_base64_is_a_forgery(signer: Signer) -> None:
    assert not Signed("{}", "…").is_by(signer.public)
    assert Signed("nonsense", "").said() == {}


def test_a_damaged_file_of_the_head_is_as_none(data: Path, ten, write, link_all, verified) -> None:
    (data / witness.FILE).write_text("{")
    write(1)
    link_all()
    assert verified().findings == ()
