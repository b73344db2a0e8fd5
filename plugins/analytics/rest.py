"""REST below `/api/v1/plugins/analytics/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.services import Required, counts_between, heat_between, site
from plugins.analytics.series import MOST_DAYS, Series, as_csv, columns, series
from plugins.analytics.tally import DETECTOR, HOUR_MS

SEE: Required = {"GET": "event.view"}
_DAYS = [
    OpenApiParameter("day", str, required=True, description="The first day, of the site's zone: YYYY-MM-DD."),
    OpenApiParameter("days", int, description=f"How many days, 1 to {MOST_DAYS}; 1 unless said."),
]
_BY = OpenApiParameter("by", str, enum=["hour", "day"], description="What is added up: hours unless said.")


class DaysInput(serializers.Serializer[dict[str, Any]]):
    """Days of the site's zone, and how they are divided."""

    day = serializers.DateField()
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=1)
    by = serializers.ChoiceField(choices=["hour", "day"], default="hour")


@dataclass(frozen=True, slots=True)
class _Asked:
    first: date
    days: int
    daily: bool
    zone: ZoneInfo

    @property
    def start_ms(self) -> int:
        """Begin of the first day."""
        return _midnight_ms(self.first, self.zone)

    @property
    def end_ms(self) -> int:
        """End of the last day."""
        return _midnight_ms(self.first + timedelta(self.days), self.zone)


class SeriesOutput(serializers.Serializer[Any]):
    """kind: to_left or to_right over a line; entered, left, stays or stayed_s (seconds in all) of a zone."""

    kind = serializers.CharField()
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.IntegerField())


class CountsOutput(serializers.Serializer[dict[str, Any]]):
    """starts: of the hours or days, in the site's zone, with its distance to UTC."""

    starts = serializers.ListField(child=serializers.CharField())
    series = SeriesOutput(many=True)


class Counts(APIView):
    """What was counted at a camera's lines and zones."""

    required = SEE

    @extend_schema(parameters=[*_DAYS, _BY], responses=CountsOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """By the hour or by the day."""
        starts, rows = _counted(request, camera_id)
        return Response(
            {"starts": [start.isoformat() for start in starts], "series": SeriesOutput(rows, many=True).data}
        )


class CountsFile(APIView):
    """The same as a file."""

    required = SEE

    @extend_schema(parameters=[*_DAYS, _BY], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, camera_id: int) -> HttpResponse:
        """CSV: a line for each hour or day."""
        starts, rows = _counted(request, camera_id)
        answer = HttpResponse(as_csv(rows, starts), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="counts-{camera_id}-{starts[0]:%Y-%m-%d}.csv"'
        return answer


class Heat(APIView):
    """Where objects were."""

    required = SEE

    @extend_schema(parameters=_DAYS, responses={(200, "image/png"): OpenApiTypes.BINARY, 204: None})
    def get(self, request: Request, camera_id: int) -> HttpResponse:
        """A transparent picture to lay over the camera's; 204 when nothing was seen."""
        from plugins.analytics.heat import heat_png

        asked = _asked(request)
        cells = heat_between(camera_id, asked.start_ms, asked.end_ms)
        if not any(cells):
            return HttpResponse(status=204)
        return HttpResponse(heat_png(cells), content_type="image/png", headers={"Cache-Control": "private, max-age=60"})


def _counted(request: Request, camera_id: int) -> tuple[list[datetime], list[Series]]:
    asked = _asked(request)
    starts = columns(asked.first, asked.days, asked.zone, daily=asked.daily)
    counts = counts_between([camera_id], DETECTOR, asked.start_ms // HOUR_MS * HOUR_MS, asked.end_ms)
    return starts, series(counts, starts, daily=asked.daily)


def _asked(request: Request) -> _Asked:
    form = DaysInput(data=request.query_params)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    return _Asked(given["day"], given["days"], given["by"] == "day", ZoneInfo(site().time_zone))


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time.min, zone).timestamp() * 1000)
