"""What came of a change of many cameras, as a table."""

from __future__ import annotations

import csv
import io

from plugins.onvif.many.common import recalled, turns
from plugins.onvif.many.models import How, Round, Step

HEAD = ("camera", "result", "setting", "before", "after", "remarks")


def report(made: Round) -> str:
    """CSV (RFC 4180), in English: a line for each field that changed, one for a camera of which none did."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(HEAD)
    for step in Step.objects.filter(round=made):
        for line in _lines(step):
            table.writerow([_harmless(cell) for cell in line])
    return out.getvalue()


def _lines(step: Step) -> list[tuple[str, ...]]:
    remarks = " ".join([step.error, *step.notes, *step.refused.values()]).strip()
    how = str(How(step.how).label)
    changed = turns(recalled(step.section), step.changed) if step.section else []
    if not changed:
        return [(step.name, how, "", "", "", remarks)]
    return [(step.name, how, turn.title, turn.before, turn.after, remarks) for turn in changed]


def _harmless(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
