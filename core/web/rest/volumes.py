"""Volumes: where recordings lie."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.recording.queries import volumes
from core.recording.volumes import DEFAULT_BACKEND, add_volume, enable_volume
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.space import room_of, volume_states


class VolumeOutput(serializers.Serializer[dict[str, Any]]):
    """A volume and its space in bytes; `error` is a sentence when it cannot be used."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    backend = serializers.CharField()
    enabled = serializers.BooleanField()
    total = serializers.IntegerField(allow_null=True)
    free = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()


class VolumesOutput(serializers.Serializer[dict[str, Any]]):
    """All volumes by id."""

    results = VolumeOutput(many=True)


class VolumePlace(serializers.Serializer[dict[str, Any]]):
    """A place: storage backend and its settings, for `local_disk` `{"path": "/srv/recordings"}`."""

    backend = serializers.CharField(max_length=64, default=DEFAULT_BACKEND)
    settings = serializers.DictField()


class VolumeInput(VolumePlace):
    """A volume to add. instead: record there only; the other volumes are kept for what lies on them."""

    name = serializers.CharField(max_length=64)
    instead = serializers.BooleanField(default=False)


class VolumeChange(serializers.Serializer[dict[str, Any]]):
    """enabled: whether new recordings go there."""

    enabled = serializers.BooleanField()


class Room(serializers.Serializer[dict[str, Any]]):
    """Bytes of a place."""

    total = serializers.IntegerField()
    free = serializers.IntegerField()


class Volumes(APIView):
    """All volumes."""

    required: Required = {"GET": "system.view", "POST": "system.settings"}

    @extend_schema(operation_id="volumes_list", responses=VolumesOutput)
    def get(self, request: Request) -> Response:
        """Volumes with their space."""
        return Response({"results": volume_states()})

    @extend_schema(request=VolumeInput, responses={201: VolumesOutput})
    def post(self, request: Request) -> Response:
        """Add a volume; recorders write to it within seconds. Answers all volumes."""
        form = VolumeInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        who = {"actor": actor(request), "address": address(request)}
        added = add_volume(given["name"], given["backend"], given["settings"], **who)
        for other in volumes() if given["instead"] else ():
            if other.enabled and other.pk != added.pk:
                enable_volume(other, False, **who)
        return Response({"results": volume_states()}, status=201)


class OneVolume(APIView):
    """One volume."""

    required: Required = {"PATCH": "system.settings"}

    @extend_schema(request=VolumeChange, responses=VolumesOutput)
    def patch(self, request: Request, volume_id: int) -> Response:
        """Record onto it, or no longer; what lies on it can be played either way. Answers all volumes."""
        row = next((row for row in volumes() if row.pk == volume_id), None)
        if row is None:
            raise NotFound("No such volume.")
        form = VolumeChange(data=request.data)
        form.is_valid(raise_exception=True)
        enable_volume(row, form.validated_data["enabled"], actor=actor(request), address=address(request))
        return Response({"results": volume_states()})


class Probe(APIView):
    """Look at a place before it becomes a volume."""

    required: Required = {"POST": "system.settings"}

    @extend_schema(operation_id="volumes_probe", request=VolumePlace, responses=Room)
    def post(self, request: Request) -> Response:
        """Its room."""
        form = VolumePlace(data=request.data)
        form.is_valid(raise_exception=True)
        space = room_of(form.validated_data["backend"], form.validated_data["settings"])
        return Response({"total": space.total, "free": space.free})
