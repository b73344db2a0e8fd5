"""Where something moved: search in a region of the picture."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.recording.motion import EVERYWHERE, region
from core.recording.motion_search import motion_in
from core.web.rest.conventions import whole_number
from core.web.rest.describing import extend_schema
from core.web.rest.timeline import CAMERAS, TIMES, playable_cameras
from core.web.rest.times import required_range, rfc3339

MOST_FINDS = 200
USUAL_FINDS = 60
MOST_CORNERS = 100


class MotionFind(serializers.Serializer[dict[str, Any]]):
    """A stretch of motion; `peak`: when most moved in the region, `share`: how much of it then, 0 to 1."""

    camera = serializers.IntegerField()
    start = serializers.CharField()
    end = serializers.CharField()
    peak = serializers.CharField()
    share = serializers.FloatField()


class MotionFinds(serializers.Serializer[dict[str, Any]]):
    """Finds, newest first. `next`: the `end` to go on with, null when all is searched.

    `analysed`: whether anything is stored of the time searched; false says that no detector looked at it.
    """

    next = serializers.CharField(allow_null=True)
    analysed = serializers.BooleanField()
    results = MotionFind(many=True)


class MotionSearch(APIView):
    """The search in a region."""

    required: Required = {"GET": "camera.playback"}
    heavy = frozenset({"GET"})
    filtered = frozenset({"GET"})

    @extend_schema(
        parameters=[
            CAMERAS,
            *TIMES[:2],
            OpenApiParameter(
                "region",
                str,
                description="A polygon, `x,y;x,y;x,y…`: parts of the picture's width and height from its top left, "
                "0 to 1. The whole picture without it.",
            ),
            OpenApiParameter("limit", int, description=f"Finds wanted, 1 to {MOST_FINDS}; {USUAL_FINDS} without it."),
        ],
        responses=MotionFinds,
    )
    def get(self, request: Request) -> Response:
        """When something moved in a part of the picture; a long time is searched piece by piece."""
        start, end = required_range(request.query_params)
        cells, most = _region(request), whole_number(request, "limit", USUAL_FINDS, 1, MOST_FINDS)
        found = motion_in(playable_cameras(request), cells, start, end, most)
        rows = [
            {
                "camera": find.camera_id,
                "start": rfc3339(find.start_ms),
                "end": rfc3339(find.end_ms),
                "peak": rfc3339(find.peak_ms),
                "share": round(find.share, 4),
            }
            for find in found.finds
        ]
        further = rfc3339(found.from_ms) if found.from_ms > start else None
        return Response({"next": further, "analysed": found.analysed, "results": rows})


def _region(request: Request) -> int:
    text = request.query_params.get("region", "")
    if not text:
        return EVERYWHERE
    corners = text.split(";")
    if len(corners) > MOST_CORNERS:
        raise ValidationError({"region": [f"has {len(corners)} corners; give up to {MOST_CORNERS}."]})
    try:
        return region([(float(x), float(y)) for x, y in (corner.split(",") for corner in corners)])
    except ValueError as error:
        reason = str(error) if "corners" in str(error) else f"{text[:60]!r} is no list of corners"
        raise ValidationError({"region": [f"{reason}; give x,y;x,y;x,y with parts from 0 to 1."]}) from None
