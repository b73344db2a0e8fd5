"""What is recorded, and where it is not: ranges, gaps, segments."""

from __future__ import annotations

from itertools import islice
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.queries import cameras_with
from core.access.rights import rights_for
from core.recording import queries
from core.recording.models import Stream
from core.web.rest.conventions import integers, whole_number
from core.web.rest.describing import extend_schema
from core.web.rest.times import required_range, rfc3339
from core.web.speech import said

MOST_SEGMENTS = 1000
CAMERAS = OpenApiParameter("camera", int, many=True, description="All without it.")
TIMES = [
    OpenApiParameter("start", str, required=True, description="From (RFC 3339)."),
    OpenApiParameter("end", str, required=True, description="Until (RFC 3339), at most a year after start."),
    OpenApiParameter("stream", str, enum=["main", "sub"], description="Which stream; main without it."),
]


class RecordedRange(serializers.Serializer[dict[str, Any]]):
    """A stretch without interruption; size in bytes."""

    camera = serializers.IntegerField()
    start = serializers.CharField()
    end = serializers.CharField()
    size = serializers.IntegerField()


class RecordingGap(serializers.Serializer[dict[str, Any]]):
    """A time in which the camera should have been recorded and was not; `end` is null while it lasts."""

    camera = serializers.IntegerField()
    start = serializers.CharField()
    end = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    detail = serializers.CharField()


class FetchedRange(serializers.Serializer[dict[str, Any]]):
    """A stretch that was not recorded here, but fetched later from what the camera keeps; in `ranges` as well."""

    camera = serializers.IntegerField()
    start = serializers.CharField()
    end = serializers.CharField()


class RecordingsOutput(serializers.Serializer[dict[str, Any]]):
    """Ranges and gaps of all cameras asked for, by camera and time."""

    ranges = RecordedRange(many=True)
    gaps = RecordingGap(many=True)
    fetched = FetchedRange(many=True)


class SegmentOutput(serializers.Serializer[dict[str, Any]]):
    """One recorded file; `open` while it is being written. `id`: a number above 2^53, hence a string."""

    id = serializers.CharField()
    camera = serializers.IntegerField()
    stream = serializers.CharField()
    start = serializers.CharField()
    end = serializers.CharField()
    size = serializers.IntegerField()
    open = serializers.BooleanField()


class SegmentsOutput(serializers.Serializer[dict[str, Any]]):
    """Segments in order; `next` is the `start` to ask for when there are more."""

    next = serializers.CharField(allow_null=True)
    results = SegmentOutput(many=True)


def stream_of(request: Request) -> Stream:
    """The `stream` parameter."""
    name = request.query_params.get("stream", "main")
    if name not in ("main", "sub"):
        raise ValidationError({"stream": [f"there is no {name!r}; give main or sub."]})
    return Stream.SUB if name == "sub" else Stream.MAIN


def playable_cameras(request: Request) -> list[int]:
    """The `camera` parameters, all that one may play without any. Raises NotFound, PermissionDenied."""
    rights = rights_for(request)
    playable = set(cameras_with(rights, "camera.playback").values_list("pk", flat=True))
    asked = integers(request, "camera")
    for camera_id in asked:
        if camera_id in playable:
            continue
        if cameras_with(rights, "camera.view").filter(pk=camera_id).exists():
            raise PermissionDenied(f"You may not play recordings of camera {camera_id}.")
        raise NotFound(f"No such camera: {camera_id}.")
    return asked or sorted(playable)


class Recordings(APIView):
    """The timeline."""

    required: Required = {"GET": "camera.playback"}
    filtered = frozenset({"GET"})

    @extend_schema(
        parameters=[
            CAMERAS,
            *TIMES,
            OpenApiParameter(
                "detail", int, description="Ranges closer than so many seconds are one: fewer, from afar."
            ),
        ],
        responses=RecordingsOutput,
    )
    def get(self, request: Request) -> Response:
        """What is recorded of one or several cameras, and why not where it is not."""
        start, end = required_range(request.query_params)
        join_ms = max(queries.JOIN_MS, 1000 * whole_number(request, "detail", 0, 0, 86_400))
        cameras, stream = playable_cameras(request), stream_of(request)
        found = queries.timelines(cameras, start, end, stream, join_ms)
        ranges = [
            {"camera": camera, "start": rfc3339(one.start_ms), "end": rfc3339(one.end_ms), "size": one.size}
            for camera, timeline in found.items()
            for one in timeline.ranges
        ]
        gaps = [
            {
                "camera": camera,
                "start": rfc3339(gap.start_ms),
                "end": None if gap.end_ms is None else rfc3339(gap.end_ms),
                "reason": gap.reason,
                "detail": said(gap.detail),
            }
            for camera, timeline in found.items()
            for gap in timeline.gaps
        ]
        fetched = [
            {"camera": camera, "start": rfc3339(one.start_ms), "end": rfc3339(one.end_ms)}
            for camera, parts in queries.fetched(cameras, start, end, stream).items()
            for one in parts
        ]
        return Response({"ranges": ranges, "gaps": gaps, "fetched": fetched})


class Segments(APIView):
    """The files behind the timeline."""

    required: Required = {"GET": "camera.playback"}
    filtered = frozenset({"GET"})

    @extend_schema(
        parameters=[OpenApiParameter("camera", int, required=True, description="One camera."), *TIMES],
        responses=SegmentsOutput,
    )
    def get(self, request: Request) -> Response:
        """Segments of one camera that touch the range."""
        cameras = playable_cameras(request)
        if len(integers(request, "camera")) != 1:
            raise ValidationError({"camera": ["give exactly one camera."]})
        start, end = required_range(request.query_params)
        found = list(islice(queries.segments(cameras[0], start, end, stream_of(request)), MOST_SEGMENTS + 1))
        rows = [
            {
                "id": str(one.id),
                "camera": one.camera_id,
                "stream": Stream(one.stream).label,
                "start": rfc3339(one.start_ms),
                "end": rfc3339(one.end_ms),
                "size": one.size,
                "open": one.open,
            }
            for one in found[:MOST_SEGMENTS]
        ]
        more = rfc3339(found[MOST_SEGMENTS].start_ms) if len(found) > MOST_SEGMENTS else None
        return Response({"next": more, "results": rows})
