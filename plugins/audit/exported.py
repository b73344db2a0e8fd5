"""Verifies an export alone: without a database, and without trusting whoever handed it over."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from plugins.audit.export import FORMAT
from plugins.audit.signing import Signed, fingerprint
from plugins.audit.stored import Verdict
from plugins.audit.verifying import Linked, Walk

SAID = ("action", "actor", "address", "at_ms", "detail", "target")


class NoExport(Exception):
    """A file is no export of an audit log; one sentence."""


def verify_export(lines: Iterable[bytes], keys: Sequence[bytes]) -> Verdict:
    """Walk along an export of lines of JSON. keys: trusted public keys; empty to take the one in the export itself.

    Raises NoExport.
    """
    reading = iter(lines)
    first_line = next(reading, b"")
    head = _parsed(first_line)
    if head.get("record") != "log" or head.get("format") != FORMAT:
        raise NoExport("It does not begin as an export of an audit log does.")
    notes = [] if keys else [f"its own key was taken ({fingerprint(_key(head))}): compare it with the one you know."]
    walk = Walk(str(head.get("log")), 0, b"", list(keys) or [_key(head)])
    reader = _Reader(walk, bytes.fromhex(str(head.get("before", ""))), hashlib.sha256(first_line))
    for line in reading:
        reader.take(line)
        if walk.enough:
            break
    if not walk.enough:
        reader.end()
    if not reader.chained:
        notes.append("it holds what a search found: each entry was looked at, but not what lies between them.")
    return Verdict(
        reader.first, walk.number, walk.entries, walk.checkpoints, walk.covered, 0, tuple(walk.findings), tuple(notes)
    )


class _Reader:
    """Takes the lines after the first. before: what the first entry follows; empty in an export of a search."""

    def __init__(self, walk: Walk, before: bytes, digest: Any) -> None:
        self._walk = walk
        self._digest = digest
        self._signed = False
        self.chained = bool(before)
        self.first = 0
        walk.digest = before

    def take(self, line: bytes) -> None:
        record = _parsed(line)
        kind = record.get("record")
        if kind == "signature":
            self._check_whole(Signed(str(record.get("statement")), str(record.get("signature"))))
            return
        self._digest.update(line)
        if kind == "entry":
            self._entry(record)
        elif self.chained:
            self._walk.signed(Signed(str(record.get("statement")), str(record.get("signature"))))

    def end(self) -> None:
        """The file is over."""
        if not self._signed:
            self._walk.findings.append("the export is not whole: its last line, the signature, is missing.")

    def _entry(self, record: dict[str, Any]) -> None:
        try:
            link = Linked(
                int(record["number"]),
                int(record["id"]),
                int(record["linked_ms"]),
                bytes.fromhex(record["content"]),
                bytes.fromhex(record["digest"]),
                {name: record[name] for name in SAID} if SAID[0] in record else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NoExport("A line of it is no entry of an audit log.") from error
        if not self.first:
            self.first = link.number
            self._walk.number = link.number - 1
        if self.chained:
            self._walk.step(link)
        else:
            self._walk.alone(link)

    def _check_whole(self, signed: Signed) -> None:
        self._signed = True
        said = json.loads(signed.statement).get("eyrie_audit_export", {}) if _is_json(signed.statement) else {}
        if not any(signed.is_by(key) for key in self._walk.keys):
            self._walk.findings.append("the signature of the export is by a key that is not trusted here, or forged.")
        elif said.get("sha256") != self._digest.hexdigest():
            self._walk.findings.append("the export was changed after it was made: its signature is over another text.")


def _key(head: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(head.get("public_key")), validate=True)
    except binascii.Error as error:
        raise NoExport("It names no public key.") from error


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise NoExport("It is no export of an audit log as lines of JSON, or it was cut.") from error
    if not isinstance(found, dict):
        raise NoExport("It is no export of an audit log as lines of JSON.")
    return found


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
