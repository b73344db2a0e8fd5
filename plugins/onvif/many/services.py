"""What people ask of rounds. The caller has checked the rights on each camera."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from core.api import Clock, SystemClock
from core.api.jobs import State
from core.api.services import record_audit
from plugins.onvif.configuring.model import Section, Value
from plugins.onvif.many.models import UNDONE, How, Round, Stage, Step
from plugins.onvif.many.suggesting import suggestion
from plugins.onvif.many.together import Outlook, outlook, recalled

KEPT_MS = 90 * 86_400_000
"""How long a round that is over is kept."""
STREAMS = "streams"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with one camera: values by field, and the reason of each that was suggested."""

    step: Step
    values: Mapping[str, Value]
    reasons: Mapping[str, str]
    outlook: Outlook


class Busy(Exception):
    """A round is at work: it can be asked for something when it is done, or was cancelled; one sentence."""


def begin(
    section: str, cameras: Iterable[tuple[int, str]], requester: str, address: str = "", *, clock: Clock | None = None
) -> Round:
    """Have a section of these cameras (id, name) read; it begins within seconds."""
    now = (clock or SystemClock()).wall_ms()
    with transaction.atomic():
        Round.objects.filter(finished_ms__lt=now - KEPT_MS).delete()
        made = Round.objects.create(section=section, requester=requester, address=address, created_ms=now)
        Step.objects.bulk_create(Step(round=made, camera_id=camera, name=name) for camera, name in cameras)
        after = {"section": section, "cameras": list(Step.objects.filter(round=made).values_list("name", flat=True))}
        record_audit(requester, "onvif.round", f"onvif_round:{made.pk}", after=after, address=address)
    return made


def wishes(made: Round, values: Mapping[str, Value] | None, cameras: Sequence[int] | None = None) -> list[Wish]:
    """What setting these values would do to each camera, or, with None, what is suggested for each.

    cameras: these alone; all without. Goes by what was read: no camera is asked.
    """
    steps = Step.objects.filter(round=made)
    if cameras is not None:
        steps = steps.filter(camera_id__in=cameras)
    return [_wish(step, values) for step in steps]


def _wish(step: Step, values: Mapping[str, Value] | None) -> Wish:
    if step.section is None:
        return Wish(step, {}, {}, Outlook(why_not=step.error or "Its settings were not read."))
    section = recalled(step.section)
    if values is not None:
        return Wish(step, values, {}, outlook(section, values))
    suggested = suggestion(section)
    return Wish(step, suggested.values, suggested.reasons, outlook(section, suggested.values))


def run(made: Round, wished: Sequence[Wish], requester: str, address: str = "") -> int:
    """Have these done; how many cameras will be changed. Raises Busy."""
    undone = [wish for wish in wished if wish.outlook.turns]
    with transaction.atomic():
        _start(made, Stage.CHANGE, requester, address)
        Step.objects.filter(round=made).exclude(pk__in=[wish.step.pk for wish in wished]).update(how=How.LEFT, **_BLANK)
        for wish in wished:
            _prepare(wish)
        after = {"section": made.section, "values": {wish.step.name: dict(wish.values) for wish in undone}}
        record_audit(requester, "onvif.round_run", f"onvif_round:{made.pk}", after=after, address=address)
    return len(undone)


_BLANK = {"tries": 0, "values": {}, "changed": {}, "notes": [], "refused": {}, "error": ""}


def _prepare(wish: Wish) -> None:
    step, found = wish.step, wish.outlook
    how = How.FAILED if found.fails else How.WAITING if found.turns else How.SAME
    fresh = _BLANK | {"error": found.why_not[:500], "refused": dict(found.refused)}
    Step.objects.filter(pk=step.pk).update(how=how, **fresh | {"values": dict(wish.values) if found.turns else {}})


def read_again(made: Round, requester: str, address: str = "") -> None:
    """Have all cameras of the round read anew. Raises Busy."""
    with transaction.atomic():
        _start(made, Stage.READ, requester, address)
        Step.objects.filter(round=made).update(how=How.WAITING, **_BLANK)
        record_audit(requester, "onvif.round", f"onvif_round:{made.pk}", after={"again": True}, address=address)


def _start(made: Round, stage: Stage, requester: str, address: str) -> None:
    idle = Round.objects.filter(pk=made.pk).exclude(state__in=(State.QUEUED, State.RUNNING))
    fresh = {"cancel": False, "error": "", "attempts": 0, "finished_ms": None}
    if not idle.update(state=State.QUEUED, stage=stage, requester=requester, address=address, **fresh):
        raise Busy("It is still at work; wait until it is done, or cancel it.")


def cancel(made: Round, requester: str, address: str = "", *, clock: Clock | None = None) -> None:
    """Begin with no further camera; those that are being changed are finished. One that is over stays as it is."""
    now = (clock or SystemClock()).wall_ms()
    with transaction.atomic():
        waiting = Round.objects.filter(pk=made.pk, state=State.QUEUED)
        if waiting.update(state=State.CANCELLED, finished_ms=now):
            Step.objects.filter(round=made, how__in=UNDONE).update(how=How.LEFT)
        else:
            Round.objects.filter(pk=made.pk, state=State.RUNNING).update(cancel=True)
        record_audit(requester, "onvif.round_cancel", f"onvif_round:{made.pk}", address=address)


def sections_of(made: Round) -> list[Section]:
    """What the cameras of a round told, of those that told something."""
    return [
        section
        for data in Step.objects.filter(round=made).exclude(section=None).values_list("section", flat=True)
        if not (section := recalled(data)).missing
    ]
