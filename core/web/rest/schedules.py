"""Schedules of recording, the site's holidays, and recording by hand."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.cameras import schedules
from core.cameras.models import Holiday, RecordingSchedule
from core.cameras.queries import calendar
from core.media.clock import SystemClock
from core.recording.schedule import Calendar, mode_at, next_change
from core.recording.schedule_form import schedule_from
from core.recording.services import LONGEST_MS, trigger
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import actor, address, noted
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339

MANAGE = "camera.manage"
MODES = [("continuous", "Always"), ("motion", "On motion"), ("event", "On events"), ("off", "Never")]
EVERY_YEAR = "0000"
_CLOCK = SystemClock()


class SpanBody(serializers.Serializer[dict[str, Any]]):
    """Part of a day on quarter hours, such as 08:00 to 24:00."""

    start = serializers.CharField(max_length=5)
    end = serializers.CharField(max_length=5)
    mode = serializers.ChoiceField(choices=MODES)


class WeekBody(serializers.Serializer[dict[str, Any]]):
    """Seven days, Monday first; `holiday` applies on holidays, null leaves them as any day. What is left out is off."""

    days = serializers.ListField(child=SpanBody(many=True))
    holiday = SpanBody(many=True, allow_null=True, required=False)


class ScheduleInput(serializers.Serializer[dict[str, Any]]):
    """A named schedule."""

    name = serializers.CharField(max_length=64)
    week = WeekBody()


class ScheduleOutput(ScheduleInput):
    """A schedule; `used`: cameras that go by it. `mode` applies now, `next_mode` from `changes` on, if it changes."""

    id = serializers.IntegerField()
    used = serializers.IntegerField()
    mode = serializers.ChoiceField(choices=MODES)
    changes = serializers.CharField(allow_null=True)
    next_mode = serializers.ChoiceField(choices=MODES, allow_null=True)


class SchedulesOutput(serializers.Serializer[dict[str, Any]]):
    """All schedules, by name."""

    results = ScheduleOutput(many=True)


class Schedules(APIView):
    """The schedules that cameras may go by."""

    required: Required = {"GET": MANAGE, "POST": MANAGE}
    filtered = frozenset({"GET"})

    @extend_schema(operation_id="schedules_list", responses=SchedulesOutput)
    def get(self, request: Request) -> Response:
        """All of them."""
        days = calendar()
        return Response({"results": [_schedule_body(row, days) for row in schedules.schedules()]})

    @extend_schema(request=ScheduleInput, responses={201: ScheduleOutput})
    def post(self, request: Request) -> Response:
        """Keep a new schedule."""
        form = ScheduleInput(data=request.data)
        form.is_valid(raise_exception=True)
        row = schedules.save_schedule(
            RecordingSchedule(), form.validated_data, actor=actor(request), address=address(request)
        )
        return Response(_schedule_body(_found(row.pk), calendar()), status=201)


class OneSchedule(APIView):
    """One schedule."""

    required: Required = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}
    filtered = frozenset({"GET"})

    @extend_schema(responses=ScheduleOutput)
    def get(self, request: Request, schedule_id: int) -> Response:
        """The week, and what it says now."""
        return Response(_schedule_body(_found(schedule_id), calendar()))

    @extend_schema(request=ScheduleInput(partial=True), responses=ScheduleOutput)
    def patch(self, request: Request, schedule_id: int) -> Response:
        """Change name or week. Its cameras go by it within seconds; none connects anew."""
        row = _found(schedule_id)
        form = ScheduleInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        schedules.save_schedule(row, form.validated_data, actor=actor(request), address=address(request))
        return Response(_schedule_body(_found(schedule_id), calendar()))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, schedule_id: int) -> Response:
        """Forget it, when no camera goes by it."""
        schedules.delete_schedule(_found(schedule_id), actor=actor(request), address=address(request))
        return Response(status=204)


class HolidayInput(serializers.Serializer[dict[str, Any]]):
    """A holiday. date: 2026-12-24, or 12-24 for every year."""

    name = serializers.CharField(max_length=64)
    date = serializers.RegexField(r"^(\d{4}-)?\d{2}-\d{2}\Z")


class HolidayOutput(HolidayInput):
    """A holiday as it is kept."""

    id = serializers.IntegerField()


class HolidaysOutput(serializers.Serializer[dict[str, Any]]):
    """The site's holidays, through the year."""

    results = HolidayOutput(many=True)


class Holidays(APIView):
    """The days on which schedules go by their row for holidays."""

    required: Required = {"GET": MANAGE, "POST": MANAGE}
    filtered = frozenset({"GET"})

    @extend_schema(operation_id="holidays_list", responses=HolidaysOutput)
    def get(self, request: Request) -> Response:
        """All of them."""
        return Response({"results": [_holiday_body(row) for row in schedules.holidays()]})

    @extend_schema(request=HolidayInput, responses={201: HolidayOutput})
    def post(self, request: Request) -> Response:
        """Keep a day as a holiday."""
        form = HolidayInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        year, month, day = (int(part) for part in f"{EVERY_YEAR}-{given['date']}".split("-")[-3:])
        row = schedules.add_holiday(given["name"], month, day, year, actor=actor(request), address=address(request))
        return Response(_holiday_body(row), status=201)


class OneHoliday(APIView):
    """One holiday."""

    required: Required = {"DELETE": MANAGE}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, holiday_id: int) -> Response:
        """It is a day like any other again."""
        row = schedules.holidays().filter(pk=holiday_id).first()
        if row is None:
            raise NotFound("No such holiday.")
        schedules.delete_holiday(row, actor=actor(request), address=address(request))
        return Response(status=204)


class RecordInput(serializers.Serializer[dict[str, Any]]):
    """How long to record from now on."""

    seconds = serializers.IntegerField(min_value=1, max_value=LONGEST_MS // 1000, default=60)


class RecordOutput(serializers.Serializer[dict[str, Any]]):
    """What was asked of the recorder; the camera's pre-roll and post-roll are added."""

    start = serializers.CharField()
    until = serializers.CharField()


class RecordNow(APIView):
    """Recording by hand, in the modes that wait for something to happen."""

    required: Required = {"POST": "camera.record"}

    @extend_schema(request=RecordInput, responses={202: RecordOutput})
    def post(self, request: Request, camera_id: int) -> Response:
        """Have the camera recorded for a while. One that is always recorded is so anyway; one that is off stays off."""
        found_camera(camera_id)
        form = RecordInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = _CLOCK.wall_ms()
        until = now + form.validated_data["seconds"] * 1000
        trigger(camera_id, now, until, f"hand:{actor(request)[:50]}:{uuid4().hex}")
        noted(request, "camera.record", f"camera:{camera_id}", after={"until": rfc3339(until)})
        return Response({"start": rfc3339(now), "until": rfc3339(until)}, status=202)


def _found(schedule_id: int) -> RecordingSchedule:
    row = schedules.schedules().filter(pk=schedule_id).first()
    if row is None:
        raise NotFound("No such schedule.")
    return row


def _schedule_body(row: RecordingSchedule, days: Calendar) -> dict[str, Any]:
    schedule, now = schedule_from(row.week), _CLOCK.wall_ms()
    change = next_change(schedule, days, now)
    return {
        "id": row.pk,
        "name": row.name,
        "week": row.week,
        "used": row.cameras.count(),
        "mode": mode_at(schedule, days, now).value,
        "changes": rfc3339(change[0]) if change else None,
        "next_mode": change[1].value if change else None,
    }


def _holiday_body(row: Holiday) -> dict[str, Any]:
    date = f"{row.month:02}-{row.day:02}"
    return {"id": row.pk, "name": row.name, "date": f"{row.year:04}-{date}" if row.year else date}
