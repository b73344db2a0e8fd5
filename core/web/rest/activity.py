"""What went on over time: how much moved, and how loud it was."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.recording.loudness import loudest_of
from core.recording.motion import MINUTE_MS
from core.recording.motion_search import activity
from core.web.rest.conventions import whole_number
from core.web.rest.describing import extend_schema
from core.web.rest.media import is_silent
from core.web.rest.timeline import CAMERAS, TIMES, playable_cameras
from core.web.rest.times import required_range, rfc3339

MOST_STEPS = 3000
FINEST_RANGE_MS = 6 * 3_600_000
"""The longest range whose steps may be shorter than a minute."""


class ActivityOutput(serializers.Serializer[dict[str, Any]]):
    """What was greatest in each step from `start` on; `step` in seconds. Both: camera id to its values.

    `motion`: the share of the picture that moved, 0 to 1; a camera in which nothing moved is left out. `loudness`: dB
    below the loudest that can be sent, null where nobody listened; only of cameras that one may listen to.
    """

    start = serializers.CharField()
    step = serializers.IntegerField()
    motion = serializers.DictField(child=serializers.ListField(child=serializers.FloatField()))
    loudness = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField(allow_null=True)))


class Activity(APIView):
    """What the timeline shows beside recordings and events."""

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
        responses=ActivityOutput,
    )
    def get(self, request: Request) -> Response:
        """How much moved and how loud it was, step by step."""
        start, end = required_range(request.query_params)
        step = whole_number(request, "step", None, 1, 31 * 86_400) * 1000
        if step < MINUTE_MS and end - start > FINEST_RANGE_MS:
            raise ValidationError({"step": ["is below 60 for more than six hours; give 60 or more."]})
        if (end - start) // step > MOST_STEPS:
            raise ValidationError({"step": [f"makes more than {MOST_STEPS} steps; give a longer one."]})
        cameras = playable_cameras(request)
        moved = activity(cameras, start, end, step)
        heard = loudest_of([one for one in cameras if not is_silent(request, one)], start, end, step)
        return Response(
            {
                "start": rfc3339(start),
                "step": step // 1000,
                "motion": {str(camera): values for camera, values in moved.items() if any(values)},
                "loudness": {str(camera): [_whole(one) for one in values] for camera, values in heard.items()},
            }
        )


def _whole(level: float | None) -> int | None:
    return None if level is None else round(level)
