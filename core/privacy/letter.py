"""The letter that goes with recordings for somebody who asked what is kept of them (such as article 15 of the GDPR)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.exports.models import Export

_COVERED = {
    True: "Privacy masks and: {}.",
    False: "Privacy masks, where a camera has any; nothing else was looked for.",
}


def letter(export: Export, site: str, fingerprint: str, told: Callable[[int], str]) -> str:
    """Plain text, in English: what is handed over, why, by whom, and what is not in it. told: a time for people."""
    purpose = export.purpose
    lines = [
        f"Recordings for {purpose.get('subject', '')}",
        "",
        f"Site:      {site or '(without a name)'}",
        f"Reason:    {purpose.get('reason', '')}",
        f"Asked for: {told(export.created_ms)}, by {export.requester}",
        f"Archive:   export {export.pk}, made {told(export.finished_ms or export.created_ms)}",
        f"Signed:    with the key {fingerprint}",
        f"Covered:   {_covered(export)}",
        "",
        "What is handed over:",
        *(f"  {item['name']}: {told(item['start_ms'])} to {told(item['end_ms'])}" for item in export.items),
        "",
        *_missing(export.notes),
        "Whether the files are as they were made can be checked with the program that this site offers under Exports.",
    ]
    return "\n".join(lines) + "\n"


def _covered(export: Export) -> str:
    return _COVERED[bool(export.redact)].format(", ".join(export.redact))


def _missing(notes: list[dict[str, Any]]) -> list[str]:
    if not notes:
        return []
    rows = [f"  {one['camera']}: {one['start'] or 'all of it'} {one['end']} ({one['reason']})" for one in notes]
    return ["What was asked for and is not there:", *rows, ""]
