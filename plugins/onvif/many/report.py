"""What came of a change of many cameras, as a table."""

from __future__ import annotations

import csv
import io

from plugins.onvif.many.models import How, Round, Step
from plugins.onvif.many.together import recalled, turns, whys

HEAD = ("camera", "result", "setting", "before", "after", "unit", "remarks")


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
    section = recalled(step.section) if step.section else None
    refused = [
        f"{why.called}: {why.sentence}" if why.title else why.sentence
        for why in whys(section, step.error, step.refused)
    ]
    remarks = " ".join([*refused, *step.notes])
    head = step.name, str(How(step.how).label)
    changed = turns(section, step.changed) if section else []
    if not changed:
        return [(*head, "", "", "", "", remarks)]
    return [(*head, turn.called, turn.before, turn.after, turn.unit, remarks) for turn in changed]


def _harmless(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
