"""What changes schedules and holidays. Recorders take a change up within seconds, without connecting anew."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, ProtectedError, QuerySet

from core.cameras.drivers import CameraError
from core.cameras.models import Camera, Holiday, RecordingSchedule
from core.recording.schedule import ScheduleError
from core.recording.schedule_form import schedule_from, week_of
from core.system import audit

LEAP_YEAR = 2000
"""In which a day that comes every year must exist."""


def schedules() -> QuerySet[RecordingSchedule]:
    """All schedules by name, with `used`: how many cameras go by each."""
    return RecordingSchedule.objects.annotate(used=Count("cameras"))


def holidays() -> QuerySet[Holiday]:
    """The site's holidays through the year."""
    return Holiday.objects.all()


def save_schedule(
    row: RecordingSchedule, changes: dict[str, Any], *, actor: str, address: str = ""
) -> RecordingSchedule:
    """Keep a new or changed schedule: `name`, `week`. Raises CameraError with what to mend, by field."""
    before = _shown(row) if row.pk else None
    row.name = changes.get("name", row.name)
    if "week" in changes:
        try:
            row.week = week_of(schedule_from(changes["week"]))
        except ScheduleError as error:
            raise CameraError({"week": [str(error)]}) from error
    try:
        with transaction.atomic():
            row.save()
            Camera.objects.filter(schedule=row).update(revision=F("revision") + 1)
            _note("schedule", row.pk, before, _shown(row), actor, address)
    except IntegrityError as error:
        raise CameraError({"name": [f"there is a schedule named {row.name!r} already; choose another."]}) from error
    return row


def delete_schedule(row: RecordingSchedule, *, actor: str, address: str = "") -> None:
    """Forget a schedule that no camera goes by. Raises CameraError when one does."""
    target, before = row.pk, _shown(row)
    try:
        with transaction.atomic():
            row.delete()
            _note("schedule", target, before, None, actor, address)
    except ProtectedError as error:
        names = ", ".join(camera.name for camera in Camera.objects.filter(schedule_id=target).order_by("name")[:5])
        raise CameraError({"name": [f"{names} go by it; choose another schedule for them first."]}) from error


def add_holiday(name: str, month: int, day: int, year: int = 0, *, actor: str, address: str = "") -> Holiday:
    """Keep a day as a holiday; year 0 for every year. Raises CameraError with what to mend, by field."""
    try:
        date(year or LEAP_YEAR, month, day)
    except ValueError as error:
        raise CameraError({"date": [f"there is no such day ({error})."]}) from error
    row = Holiday(name=name, month=month, day=day, year=year)
    try:
        with transaction.atomic():
            row.save()
            _note("holiday", row.pk, None, _day(row), actor, address)
    except IntegrityError as error:
        raise CameraError({"date": ["it is a holiday already."]}) from error
    return row


def delete_holiday(row: Holiday, *, actor: str, address: str = "") -> None:
    """It is a day like any other again."""
    with transaction.atomic():
        _note("holiday", row.pk, _day(row), None, actor, address)
        row.delete()


def _note(what: str, target: int, before: Any, after: Any, actor: str, address: str) -> None:
    verb = "add" if before is None else "delete" if after is None else "change"
    audit.record(actor, f"{what}.{verb}", f"{what}:{target}", before=before, after=after, address=address)


def _shown(row: RecordingSchedule) -> dict[str, Any]:
    return {"name": row.name, "week": row.week}


def _day(row: Holiday) -> dict[str, Any]:
    return {"name": row.name, "month": row.month, "day": row.day, "year": row.year}
