"""The last hour in numbers: cameras, processes, volumes (core.web.history)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.web.history import BUCKETS, STEP, history
from core.web.rest.cameras import found_camera
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339

HOUR = BUCKETS * STEP
COARSE = 6
"""Ten-second buckets in one minute of the overview: 64 cameras must stay cheap."""
_CAMERA = {"fps": 1, "bitrate": None, "drops": None}
_PROCESS = {"cpu": 3, "memory": None}
_VOLUME = {"written": None, "busy": 3}
Digits = dict[str, int | None]


def _numbers() -> serializers.ListField:
    return serializers.ListField(child=serializers.FloatField(allow_null=True))


class StreamHistory(serializers.Serializer[dict[str, Any]]):
    """One stream: pictures and bits a second, and pictures dropped in each step."""

    camera = serializers.IntegerField()
    stream = serializers.CharField()
    fps = _numbers()
    bitrate = _numbers()
    drops = _numbers()


class ProcessHistory(serializers.Serializer[dict[str, Any]]):
    """cpu: processors used, 1 for one whole; memory: bytes that lie in RAM."""

    name = serializers.CharField()
    cpu = _numbers()
    memory = _numbers()


class VolumeHistory(serializers.Serializer[dict[str, Any]]):
    """written: bytes a second of recordings; busy: share of the time spent in writing them, 1 for all of it."""

    name = serializers.CharField()
    written = _numbers()
    busy = _numbers()


class CameraHistoryOutput(serializers.Serializer[dict[str, Any]]):
    """Steps of `step_ms` from `start` on, at most an hour; null where nothing was told."""

    start = serializers.CharField()
    step_ms = serializers.IntegerField()
    streams = StreamHistory(many=True)


class SystemHistoryOutput(serializers.Serializer[dict[str, Any]]):
    """The same of each camera's main stream, each process and each volume, in steps of a minute."""

    start = serializers.CharField()
    step_ms = serializers.IntegerField()
    cameras = StreamHistory(many=True)
    processes = ProcessHistory(many=True)
    volumes = VolumeHistory(many=True)


class SystemHistory(APIView):
    """The machine's last hour."""

    required: Required = {"GET": "system.view"}

    @extend_schema(operation_id="system_history", responses=SystemHistoryOutput)
    def get(self, request: Request) -> Response:
        """Begins anew when the web process is restarted."""
        cameras = history().read("camera", list(_CAMERA), HOUR, COARSE, of=lambda subject: subject[2] == "main")
        processes = history().read("process", list(_PROCESS), HOUR, COARSE)
        volumes = history().read("volume", list(_VOLUME), HOUR, COARSE)
        return Response(
            {
                "start": rfc3339(cameras["start_ms"]),
                "step_ms": cameras["step_ms"],
                "cameras": _streams(cameras),
                "processes": [{"name": row[0][1], **_rounded(row[1], _PROCESS)} for row in processes["rows"]],
                "volumes": [{"name": row[0][1], **_rounded(row[1], _VOLUME)} for row in volumes["rows"]],
            }
        )


class CameraHistory(APIView):
    """A camera's last hour."""

    required: Required = {"GET": "camera.view"}

    @extend_schema(operation_id="cameras_history", responses=CameraHistoryOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """Steps of ten seconds of each of its streams."""
        found_camera(camera_id)
        told = history().read("camera", list(_CAMERA), HOUR, of=lambda subject: subject[1] == str(camera_id))
        return Response({"start": rfc3339(told["start_ms"]), "step_ms": told["step_ms"], "streams": _streams(told)})


def _streams(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"camera": int(subject[1]), "stream": subject[2], **_rounded(numbers, _CAMERA)}
        for subject, numbers in told["rows"]
    ]


def _rounded(numbers: dict[str, list[float | None]], digits: Digits) -> dict[str, list[float | None]]:
    return {
        name: [None if value is None else round(value, digits[name]) for value in values]
        for name, values in numbers.items()
    }
