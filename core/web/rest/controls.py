"""What a camera can be told beside sending video."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.cameras.control import controls_of
from core.hookspecs.cameras import ControlError
from core.web.rest.cameras import found_camera
from core.web.rest.describing import extend_schema

PATIENCE = 5.0  # seconds


class ControlsOutput(serializers.Serializer[dict[str, Any]]):
    """Names of its positions and of its outputs; empty where its driver does not know them."""

    presets = serializers.ListField(child=serializers.CharField())
    outputs = serializers.ListField(child=serializers.CharField())


class CameraSilent(APIException):
    """The camera does not say."""

    status_code = 502
    default_code = "camera_silent"


class Controls(APIView):
    """Positions and outputs of a camera."""

    required: Required = {"GET": "camera.live"}

    @extend_schema(responses=ControlsOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """Asks the camera, for some seconds at most."""
        found_camera(camera_id)
        try:
            found = controls_of(camera_id, PATIENCE)
        except ControlError as error:
            raise CameraSilent(str(error)) from error
        return Response({"presets": list(found.presets), "outputs": list(found.outputs)})
