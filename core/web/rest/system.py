"""The system about itself: health, processes, volumes, plugins, drivers."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import PUBLIC, Required
from core.access.rights import rights_for
from core.cameras.queries import cameras
from core.hookspecs.cameras import CameraDriverSpec
from core.hookspecs.version import API_VERSION
from core.pluginhost import host
from core.pluginhost.health import HealthChecks
from core.pluginhost.records import PluginRecord
from core.web import recorders
from core.web.processes import processes
from core.web.rest.cameras import status_of
from core.web.space import volume_states


class CheckOutput(serializers.Serializer[dict[str, Any]]):
    """One health check."""

    name = serializers.CharField()
    title = serializers.CharField()
    level = serializers.ChoiceField(choices=["ok", "warning", "failed"])
    summary = serializers.CharField()


class HealthOutput(serializers.Serializer[dict[str, Any]]):
    """`checks` only for those who hold `system.view`."""

    status = serializers.ChoiceField(choices=["ok", "warning", "failed"])
    checks = CheckOutput(many=True, required=False)


class PluginOutput(serializers.Serializer[dict[str, Any]]):
    """A plugin, what it contributes, and what is wrong with it."""

    name = serializers.CharField()
    title = serializers.CharField()
    version = serializers.CharField()
    state = serializers.CharField()
    error = serializers.CharField()
    failures = serializers.IntegerField()
    origin = serializers.CharField()
    contributions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class PluginsOutput(serializers.Serializer[dict[str, Any]]):
    """All known plugins, enabled or not, by name."""

    api_version = serializers.CharField()
    results = PluginOutput(many=True)


class DriverOutput(serializers.Serializer[dict[str, Any]]):
    """A camera driver; `settings`: JSON Schema of a camera's settings under it."""

    name = serializers.CharField()
    title = serializers.CharField()
    plugin = serializers.CharField()
    settings = serializers.DictField()


class DriversOutput(serializers.Serializer[dict[str, Any]]):
    """All camera drivers by name."""

    results = DriverOutput(many=True)


class RecorderOutput(serializers.Serializer[dict[str, Any]]):
    """A recorder process as web sees it."""

    index = serializers.IntegerField()
    connected = serializers.BooleanField()


class ProcessOutput(serializers.Serializer[dict[str, Any]]):
    """A process under the supervisor. restarts: since the supervisor began; pid null while there is none."""

    name = serializers.CharField()
    pid = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=["down", "starting", "up", "given_up"])
    since = serializers.CharField()
    restarts = serializers.IntegerField()


class VolumeOutput(serializers.Serializer[dict[str, Any]]):
    """A volume and its space in bytes; `error` is a sentence when it cannot be used."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    backend = serializers.CharField()
    enabled = serializers.BooleanField()
    total = serializers.IntegerField(allow_null=True)
    free = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()


class SystemOutput(serializers.Serializer[dict[str, Any]]):
    """The system at a glance. `cameras`: number of cameras by state."""

    processes = ProcessOutput(many=True)
    recorders = RecorderOutput(many=True)
    volumes = VolumeOutput(many=True)
    cameras = serializers.DictField(child=serializers.IntegerField())


class Health(APIView):
    """For load balancers and for people."""

    required: Required = {"GET": PUBLIC}

    @extend_schema(responses=HealthOutput)
    def get(self, request: Request) -> Response:
        """`ok` as soon as the server answers and its database does; with each check for those who may see it."""
        cameras().exists()
        if not rights_for(request).holds("system.view"):
            return Response({"status": "ok"})
        checks = _checks()
        return Response({"status": _worst(checks), "checks": checks})


class Plugins(APIView):
    """All plugins."""

    required: Required = {"GET": "system.plugins"}

    @extend_schema(operation_id="plugins_list", responses=PluginsOutput)
    def get(self, request: Request) -> Response:
        """Known plugins with their states."""
        rows = [_plugin_body(record) for _, record in sorted(host().plugins.items())]
        return Response({"api_version": ".".join(map(str, API_VERSION)), "results": rows})


class OnePlugin(APIView):
    """One plugin."""

    required: Required = {"GET": "system.plugins"}

    @extend_schema(responses=PluginOutput)
    def get(self, request: Request, name: str) -> Response:
        """The plugin."""
        record = host().plugins.get(name)
        if record is None:
            raise NotFound(f"No such plugin: {name}.")
        return Response(_plugin_body(record))


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


class SystemStatus(APIView):
    """The system at a glance."""

    required: Required = {"GET": "system.view"}

    @extend_schema(responses=SystemOutput)
    def get(self, request: Request) -> Response:
        """Processes, recorders as web sees them, volumes with their space, cameras by state."""
        states = Counter(status_of(camera).state.value for camera in cameras())
        return Response(
            {
                "processes": processes(),
                "recorders": recorders.connections(),
                "volumes": volume_states(),
                "cameras": dict(sorted(states.items())),
            }
        )


def _plugin_body(record: PluginRecord) -> dict[str, Any]:
    contributions: dict[str, list[str]] = {}
    for family, key in host().registry.of(record.name):
        contributions.setdefault(family, []).append(key)
    return {
        "name": record.name,
        "title": record.meta.title if record.meta else record.name,
        "version": record.meta.version if record.meta else "",
        "state": record.state.value,
        "error": record.error,
        "failures": record.failures,
        "origin": record.source,
        "contributions": contributions,
    }


@cache
def _health_checks() -> HealthChecks:
    """One for the process, so that a check that hangs keeps one thread, however often health is asked for."""
    return HealthChecks(host())


def _checks() -> list[dict[str, str]]:
    return [
        {
            "name": f"{result.plugin}.{result.name}",
            "title": result.title,
            "level": result.level.value,
            "summary": result.summary,
        }
        for result in _health_checks().run()
    ]


def _worst(checks: list[dict[str, str]]) -> str:
    levels = {check["level"] for check in checks}
    return next((level for level in ("failed", "warning") if level in levels), "ok")
