"""Exports: the log, or what a search found of it, as lines of JSON or as CSV (RFC 4180); any length in little memory.

The last line of a JSON export is signed over all before it: whoever has the public key sees that it is whole and as it
was written. One of the whole log, or of a stretch without gaps, proves its chain besides.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain

from core.api import AuditEntry
from core.api.services import AuditSearch, search_audit
from plugins.audit.canonical import canonical
from plugins.audit.models import Head, Link
from plugins.audit.records import Record, digest_before, entry_record, records_between, rfc3339
from plugins.audit.signing import CHECKPOINT, Signer

FORMAT = 1
PIECE = 500
SIDES = ("before", "after")
COLUMNS = ("number", "time", "actor", "action", "target", "address", *SIDES)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def whole(signer: Signer, made_ms: int, first: int = 1, last: int | None = None) -> Iterator[bytes]:
    """All that is linked, or links `first` to `last`, oldest first: lines of JSON that prove their chain."""
    head = Head.objects.first() or Head()
    upto = head.number if last is None else min(last, head.number)
    begin = Link.objects.filter(number__gte=first).order_by("number").first()
    before = digest_before(head.log, begin.number) if begin else b""
    return _signed(signer, _stretch(signer, made_ms, head, begin, upto), _heading(signer, made_ms, head, before))


def found(signer: Signer, made_ms: int, wanted: AuditSearch) -> Iterator[bytes]:
    """What a search finds and is linked, newest first, as lines of JSON."""
    head = Head.objects.first() or Head()
    records = (
        entry_record(links[entry.id], entry)
        for links, entries in _found(wanted)
        for entry in entries
        if entry.id in links
    )
    return _signed(signer, records, _heading(signer, made_ms, head, b""))


def table(wanted: AuditSearch) -> Iterator[bytes]:
    """A CSV export, newest first, some lines at a time."""
    yield b"\xef\xbb\xbf" + _rows([COLUMNS])
    for links, entries in _found(wanted):
        yield _rows(_cells(links.get(entry.id), entry) for entry in entries)


def pieces(chunks: Iterable[bytes], size: int = 65536) -> Iterator[bytes]:
    """The same bytes in chunks of about `size`."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= size:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _heading(signer: Signer, made_ms: int, head: Head, before: bytes) -> Record:
    """before: the digest that the first entry follows; empty where the export is no stretch of the chain."""
    return {
        "record": "log",
        "format": FORMAT,
        "log": head.log,
        "made_ms": made_ms,
        "public_key": base64.b64encode(signer.public).decode(),
        "before": before.hex(),
    }


def _stretch(signer: Signer, made_ms: int, head: Head, begin: Link | None, last: int) -> Iterator[Record]:
    """Records up to a link, and what the chain came to there, signed now."""
    if begin is None:
        return
    yield from records_between(begin.number, last)
    link = Link.objects.filter(number=last).first()
    if link is not None:
        signed = signer.sign(CHECKPOINT, head.log, last, bytes(link.digest), made_ms)
        yield {"record": CHECKPOINT, "number": last, "statement": signed.statement, "signature": signed.signature}


def _signed(signer: Signer, records: Iterable[Record], heading: Record) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for record in chain([heading], records):
        line = canonical(record) + b"\n"
        digest.update(line)
        yield line
    text = canonical({"eyrie_audit_export": {"key": signer.fingerprint, "sha256": digest.hexdigest()}}).decode()
    signed = signer.sign_text(text)
    yield canonical({"record": "signature", "statement": text, "signature": signed.signature}) + b"\n"


def _found(wanted: AuditSearch) -> Iterator[tuple[dict[int, Link], list[AuditEntry]]]:
    before = None
    while entries := search_audit(wanted, before, PIECE):
        links = Link.objects.filter(entry_id__in=[entry.id for entry in entries])
        yield {link.entry_id: link for link in links}, entries
        before = entries[-1].id


def _cells(link: Link | None, entry: AuditEntry) -> list[str]:
    sides = [json.dumps(entry.detail[side], ensure_ascii=False) if side in entry.detail else "" for side in SIDES]
    said = map(_harmless, (entry.actor, entry.action, entry.target, entry.address))
    return [str(link.number) if link else "", rfc3339(entry.at_ms), *said, *sides]


def _harmless(text: str) -> str:
    """A spreadsheet runs what begins like a formula: names are given by people who sign in, or try to."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
