"""How loud it was."""

from __future__ import annotations

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.recording.loudness import loudness_between
from core.web.rest.describing import extend_schema
from core.web.rest.media import is_silent
from core.web.rest.timeline import TIMES
from core.web.rest.times import required_range

LONGEST_MS = 24 * 3_600_000
LEVELS = inline_serializer(
    "LoudLevels",
    {
        "levels": serializers.ListField(
            child=serializers.ListField(child=serializers.FloatField()),
            help_text="Each `[ms UTC, dB]`: the loudest of two seconds, dB below the loudest that can be sent.",
        )
    },
)


class Loudness(APIView):
    """What a detector heard on a camera."""

    required: Required = {"GET": "camera.playback"}

    @extend_schema(parameters=[*TIMES[:2]], responses=LEVELS)
    def get(self, request: Request, camera_id: int) -> Response:
        """The levels of a range of a day at most, for who may listen; where nobody listened there are none."""
        if is_silent(request, camera_id):
            raise PermissionDenied("You may not listen to this camera.")
        start, end = required_range(request.query_params, LONGEST_MS)
        return Response({"levels": [[one.at_ms, one.level] for one in loudness_between(camera_id, start, end)]})
