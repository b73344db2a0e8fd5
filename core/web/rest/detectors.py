"""Detectors: which there are, which look at a camera, and what they cost."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.analyser import standing
from core.analyser.previews import preview
from core.configuration import configuration
from core.detection import queries, services
from core.detection.models import CameraDetector
from core.hookspecs.detectors import DetectorSpec
from core.media.clock import SystemClock
from core.pluginhost import host
from core.web.covered import masks_for
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.speech import said

MANAGE = "camera.manage"


class DetectorOutput(serializers.Serializer[dict[str, Any]]):
    """A detector; `settings`: JSON Schema of its settings on a camera; `cost`: a sentence; `preview`: it can show what
    it sees, and `legend` says in a sentence what is what there.
    """

    name = serializers.CharField()
    title = serializers.CharField()
    plugin = serializers.CharField()
    cost = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    preview = serializers.BooleanField()
    legend = serializers.CharField()
    settings = serializers.DictField()


class DetectorsOutput(serializers.Serializer[dict[str, Any]]):
    """All detectors by title."""

    results = DetectorOutput(many=True)


class CameraDetectorInput(serializers.Serializer[dict[str, Any]]):
    """A detector on a camera. `settings` replace the stored ones; without them these stay, or are the usual ones."""

    enabled = serializers.BooleanField(default=True)
    settings = serializers.DictField(required=False)


class CameraDetectorOutput(serializers.Serializer[dict[str, Any]]):
    """A detector on a camera; secrets masked. `state`: off, starting, waiting, looking, slowed, failed, quarantined or
    unknown; `message`: one sentence when something is wrong. Figures are of the last seconds, `dropped` since it began.
    """

    detector = serializers.CharField()
    enabled = serializers.BooleanField()
    settings = serializers.DictField()
    state = serializers.CharField()
    message = serializers.CharField()
    looks_per_second = serializers.FloatField()
    cpu_ms_per_look = serializers.FloatField()
    cpu_share = serializers.FloatField()
    dropped = serializers.IntegerField()


class CameraDetectorsOutput(serializers.Serializer[dict[str, Any]]):
    """The detectors of a camera by name."""

    results = CameraDetectorOutput(many=True)


class Detectors(APIView):
    """Detectors that are there to choose from."""

    required: Required = {"GET": MANAGE}
    filtered = ("GET",)  # of no camera: for whoever may set up a single one

    @extend_schema(operation_id="detectors_list", responses=DetectorsOutput)
    def get(self, request: Request) -> Response:
        """Detectors with the schema of their settings."""
        entries = sorted(host().registry.entries(DetectorSpec), key=lambda entry: entry.spec.title)
        return Response({"results": [_offered(entry.plugin, entry.spec) for entry in entries]})


class CameraDetectors(APIView):
    """The detectors of a camera."""

    required: Required = {"GET": MANAGE}

    @extend_schema(operation_id="cameras_detectors_list", responses=CameraDetectorsOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """Those that were ever switched on there, and how they are doing."""
        found_camera(camera_id)
        return Response({"results": [_body(row) for row in queries.detectors_of(camera_id)]})


class OneCameraDetector(APIView):
    """A detector on a camera."""

    required: Required = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=CameraDetectorInput, responses=CameraDetectorOutput)
    def put(self, request: Request, camera_id: int, detector: str) -> Response:
        """Switch it on or off, or change its settings. It looks within seconds; nothing restarts."""
        found_camera(camera_id)
        form = CameraDetectorInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        row = services.set_detector(
            camera_id,
            detector,
            given.get("settings"),
            enabled=given["enabled"],
            actor=actor(request),
            address=address(request),
        )
        return Response(_body(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, camera_id: int, detector: str) -> Response:
        """Take it off the camera, with its settings there."""
        found_camera(camera_id)
        if not services.remove_detector(camera_id, detector, actor=actor(request), address=address(request)):
            raise NotFound("This detector is not on that camera.")
        return Response(status=204)


class DetectorPreview(APIView):
    """What a detector sees on a camera."""

    required: Required = {"GET": MANAGE}

    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, camera_id: int, detector: str) -> HttpResponse:
        """Its newest look as a picture; 404 while it has none. Nothing is made while nobody asks."""
        found_camera(camera_id)
        if masks_for(rights_for(request), camera_id, None):
            raise PermissionDenied("It would show what lies under this camera's privacy masks, which you may not see.")
        picture = async_to_sync(preview)(configuration().data, camera_id, detector)
        if not picture:
            raise NotFound("It has nothing to show now.")
        return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "no-store"})


def _offered(plugin: str, spec: DetectorSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": said(spec.title),
        "plugin": plugin,
        "cost": said(spec.cost),
        "events": list(spec.events),
        "preview": spec.preview is not None,
        "legend": said(spec.legend),
        "settings": spec.settings.model_json_schema(),
    }


def _body(row: CameraDetector) -> dict[str, Any]:
    found = standing.standing(configuration().data, SystemClock().wall_ms())
    of_it = [one for one in (found.detectors if found else ()) if (one.camera_id, one.detector) == _key(row)]
    one = of_it[0] if of_it and row.enabled else None
    return {
        "detector": row.detector,
        "enabled": row.enabled,
        "settings": services.shown_settings(row),
        "state": one.state if one else "unknown" if row.enabled else "off",
        "message": said(one.message) if one else "",
        "looks_per_second": one.looks_per_second if one else 0.0,
        "cpu_ms_per_look": one.cpu_ms_per_look if one else 0.0,
        "cpu_share": one.cpu_share if one else 0.0,
        "dropped": one.dropped if one else 0,
    }


def _key(row: CameraDetector) -> tuple[int, str]:
    return row.camera_id, row.detector
