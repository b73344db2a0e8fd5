"""The system about itself: health, version, processes, volumes."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import PUBLIC, Required
from core.access.rights import rights_for
from core.cameras.queries import cameras
from core.media.clock import SystemClock
from core.pluginhost import UnknownName, host
from core.pluginhost.health import FixError, HealthChecks, HealthResult
from core.system import audit
from core.system.release import release
from core.web import recorders
from core.web.processes import processes
from core.web.rest.cameras import status_of
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.rest.volumes import VolumeOutput
from core.web.space import volume_states
from core.web.speech import said

_CLOCK = SystemClock()


class CheckOutput(serializers.Serializer[dict[str, Any]]):
    """One health check. remedy: what to do; link: the page of the portal where; fix: words of what mends it at once."""

    name = serializers.CharField()
    title = serializers.CharField()
    level = serializers.ChoiceField(choices=["ok", "warning", "failed"])
    summary = serializers.CharField()
    remedy = serializers.CharField()
    link = serializers.CharField()
    fix = serializers.CharField()


class HealthOutput(serializers.Serializer[dict[str, Any]]):
    """`checks` only for those who hold `system.view`."""

    status = serializers.ChoiceField(choices=["ok", "warning", "failed"])
    checks = CheckOutput(many=True, required=False)


class RecorderOutput(serializers.Serializer[dict[str, Any]]):
    """A recorder process as web sees it."""

    index = serializers.IntegerField()
    connected = serializers.BooleanField()


class ProcessOutput(serializers.Serializer[dict[str, Any]]):
    """A process under the supervisor. restarts: since the supervisor began; pid null while there is none.

    cpu_seconds: spent since it began; memory: bytes that lie in RAM; null while there is none.
    """

    name = serializers.CharField()
    pid = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=["down", "starting", "up", "given_up"])
    since = serializers.CharField()
    restarts = serializers.IntegerField()
    cpu_seconds = serializers.FloatField(allow_null=True)
    memory = serializers.IntegerField(allow_null=True)


class SystemOutput(serializers.Serializer[dict[str, Any]]):
    """The system at a glance. version: with the commit in a git checkout; now: the server's time;
    `cameras`: number of cameras by state.
    """

    version = serializers.CharField()
    now = serializers.CharField()
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


class HealthFix(APIView):
    """What a check offers to mend by itself."""

    required: Required = {"POST": "system.settings"}

    @extend_schema(operation_id="health_fix", request=None, responses=CheckOutput)
    def post(self, request: Request, check: str) -> Response:
        """Mend it, and look again."""
        try:
            result = _health_checks().mend(check)
        except UnknownName as error:
            raise NotFound(str(error)) from error
        except FixError as error:
            raise ValidationError({"check": [str(error)]}) from error
        audit.record(actor(request), "health.fix", f"check:{check}", address=address(request))
        return Response(_check_body(result))


class SystemStatus(APIView):
    """The system at a glance."""

    required: Required = {"GET": "system.view"}

    @extend_schema(responses=SystemOutput)
    def get(self, request: Request) -> Response:
        """Version, processes, recorders as web sees them, volumes with their space, cameras by state."""
        states = Counter(status_of(camera).state.value for camera in cameras())
        return Response(
            {
                "version": release(),
                "now": rfc3339(_CLOCK.wall_ms()),
                "processes": processes(),
                "recorders": recorders.connections(),
                "volumes": volume_states(),
                "cameras": dict(sorted(states.items())),
            }
        )


@cache
def _health_checks() -> HealthChecks:
    """One for the process, so that a check that hangs keeps one thread, however often health is asked for."""
    return HealthChecks(host())


def _checks() -> list[dict[str, str]]:
    return [_check_body(result) for result in _health_checks().run()]


def _check_body(result: HealthResult) -> dict[str, str]:
    return {
        "name": f"{result.plugin}.{result.name}",
        "title": said(result.title),
        "level": result.level.value,
        "summary": said(result.summary),
        "remedy": said(result.remedy),
        "link": result.link,
        "fix": said(result.fix),
    }


def _worst(checks: list[dict[str, str]]) -> str:
    levels = {check["level"] for check in checks}
    return next((level for level in ("failed", "warning") if level in levels), "ok")
