"""Where something moved: search in a region of the picture, and how much moved over time."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.recording.motion import EVERYWHERE, MINUTE_MS, region
from core.recording.motion_search import activity, motion_in
from core.web.rest.conventions import whole_number
from core.web.rest.describing import extend_schema
from core.web.rest.timeline import TIMES, playable_cameras
from core.web.rest.times import required_range, rfc3339

MOST_FINDS = 200
USUAL_FINDS = 60
MOST_CORNERS = 100
MOST_STEPS = 3000
FINEST_RANGE_MS = 6 * 3_600_000
"""The longest range whose steps may be shorter than a minute."""

CAMERAS = OpenApiParameter("camera", int, many=True, description="All without it.")


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


class MotionActivity(serializers.Serializer[dict[str, Any]]):
    """The greatest share of the picture that moved in each step from `start` on, 0 to 1; `step` in seconds.

    `cameras`: camera id to its values; a camera in which nothing moved is left out.
    """

    start = serializers.CharField()
    step = serializers.IntegerField()
    cameras = serializers.DictField(child=serializers.ListField(child=serializers.FloatField()))


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


class Activity(APIView):
    """The ridge above the timeline."""

    required: Required = {"GET": "camera.playback"}
    filtered = frozenset({"GET"})

    @extend_schema(
        parameters=[
            CAMERAS,
            *TIMES[:2],
            OpenApiParameter(
                "step", int, required=True, description="Seconds; below 60 for a range of six hours at most."
            ),
        ],
        responses=MotionActivity,
    )
    def get(self, request: Request) -> Response:
        """How much moved, step by step."""
        start, end = required_range(request.query_params)
        step = whole_number(request, "step", None, 1, 31 * 86_400) * 1000
        if step < MINUTE_MS and end - start > FINEST_RANGE_MS:
            raise ValidationError({"step": ["is below 60 for more than six hours; give 60 or more."]})
        if (end - start) // step > MOST_STEPS:
            raise ValidationError({"step": [f"makes more than {MOST_STEPS} steps; give a longer one."]})
        found = activity(playable_cameras(request), start, end, step)
        moved = {str(camera): values for camera, values in found.items() if any(values)}
        return Response({"start": rfc3339(start), "step": step // 1000, "cameras": moved})


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
