"""Camera drivers that are there to choose from."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.hookspecs.cameras import CameraDriverSpec
from core.pluginhost import host
from core.web.rest.describing import extend_schema


class DriverOutput(serializers.Serializer[dict[str, Any]]):
    """A camera driver; `settings`: JSON Schema of a camera's settings under it."""

    name = serializers.CharField()
    title = serializers.CharField()
    plugin = serializers.CharField()
    settings = serializers.DictField()


class DriversOutput(serializers.Serializer[dict[str, Any]]):
    """All camera drivers by name."""

    results = DriverOutput(many=True)


class Drivers(APIView):
    """Camera drivers that are there to choose from."""

    required: Required = {"GET": "camera.manage"}

    @extend_schema(responses=DriversOutput)
    def get(self, request: Request) -> Response:
        """Drivers with the schema of their settings."""
        rows = [
            {
                "name": entry.spec.name,
                "title": entry.spec.title,
                "plugin": entry.plugin,
                "settings": entry.spec.settings.model_json_schema(),
            }
            for entry in host().registry.entries(CameraDriverSpec)
        ]
        return Response({"results": rows})
