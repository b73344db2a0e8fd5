"""What detection costs: every detector on every camera, and the decoding they share."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.analyser.standing import DetectorStanding, standing
from core.cameras.drivers import CameraError
from core.configuration import configuration
from core.detection.services import detector_named
from core.media.clock import SystemClock
from core.web.rest.describing import extend_schema
from core.web.speech import said

PLAIN = (
    "camera_id",
    "detector",
    "state",
    "stream",
    "looks_per_second",
    "cpu_ms_per_look",
    "cpu_share",
    "dropped",
)


class DetectorCost(serializers.Serializer[dict[str, Any]]):
    """One detector on one camera; of the last seconds, `cpu_share` of one processor; `dropped` since it began."""

    camera_id = serializers.IntegerField()
    detector = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    message = serializers.CharField()
    stream = serializers.CharField()
    looks_per_second = serializers.FloatField()
    cpu_ms_per_look = serializers.FloatField()
    cpu_share = serializers.FloatField()
    dropped = serializers.IntegerField()


class StreamCost(serializers.Serializer[dict[str, Any]]):
    """Decoding of one stream for all its detectors; of the last seconds."""

    camera_id = serializers.IntegerField()
    stream = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    decoded_per_second = serializers.FloatField()
    cpu_share = serializers.FloatField()


class StandingOutput(serializers.Serializer[dict[str, Any]]):
    """Both; empty while nothing analyses."""

    detectors = DetectorCost(many=True)
    streams = StreamCost(many=True)


class Standings(APIView):
    """The whole site's."""

    required: Required = {"GET": "system.view"}

    @extend_schema(responses=StandingOutput)
    def get(self, request: Request) -> Response:
        """What each detector does and costs now."""
        found = standing(configuration().data, SystemClock().wall_ms())
        detectors = [] if found is None else [_row(one) for one in found.detectors]
        return Response({"detectors": detectors, "streams": [asdict(one) for one in found.streams] if found else []})


def _row(one: DetectorStanding) -> dict[str, Any]:
    try:
        title = detector_named(one.detector).title
    except CameraError:
        title = one.detector
    return {name: getattr(one, name) for name in PLAIN} | {"title": said(title), "message": said(one.message)}
