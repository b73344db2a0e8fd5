"""Syslog messages (RFC 5424): one entry or checkpoint each.

The structured data has what people search by, the message is the record as exports have it: JSON in ASCII, so that
collected messages can be checked like an export.
"""

from __future__ import annotations

import json
import re
from typing import Any

from plugins.audit.records import Record, rfc3339

INFORMATIONAL, NOTICE, WARNING = 6, 5, 4
_NOT_PRINTABLE = re.compile(r"[^!-~]")
_ESCAPED = re.compile(r'(["\\\]])')
_SHOWN = ("number", "actor", "action", "target", "address", "digest")


def message(record: Record, *, facility: int, enterprise: int, host: str) -> bytes:
    """One message without a frame. host: of this machine; enterprise: number behind the `@` of the structured data."""
    said = str(record.get("action", record["record"]))
    head = f"<{facility * 8 + _severity(record)}>1 {_time(record)} {_word(host, 255)} eyrie - {_word(said, 32)}"
    parameters = "".join(f' {name}="{_value(record[name])}"' for name in _SHOWN if name in record)
    body = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return f"{head} [{record['record']}@{enterprise}{parameters}] {body}".encode()


def _severity(record: Record) -> int:
    """Refusals and breaks are warnings, what else was done is for information."""
    action = str(record.get("action", ""))
    if action in ("audit.break", "audit.key") or "refused" in action or "locked" in action:
        return WARNING
    return INFORMATIONAL if record["record"] == "entry" else NOTICE


def _time(record: Record) -> str:
    """When it was written down; section 6.2.3."""
    if "time" in record:
        return str(record["time"])
    said: dict[str, Any] = json.loads(record["statement"])["eyrie_audit"] if "statement" in record else {}
    ms = said.get("signed_ms", record.get("linked_ms"))
    return rfc3339(ms) if isinstance(ms, int) else "-"


def _word(text: str, most: int) -> str:
    """Printable ASCII without spaces, `-` for nothing; section 6."""
    return _NOT_PRINTABLE.sub("_", text)[:most] or "-"


def _value(value: object) -> str:
    """Section 6.3.3: three characters are escaped, and what controls a terminal has no place in a log."""
    text = "".join(letter if letter.isprintable() else " " for letter in str(value))
    return _ESCAPED.sub(r"\\\1", text)
