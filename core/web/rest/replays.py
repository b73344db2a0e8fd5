"""Detectors over recordings: try one, or have an old time looked at again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.cameras.drivers import CameraError
from core.detection.services import detector_named
from core.replays.models import Replay
from core.replays.services import cancel_replay, request_replay
from core.tasks.jobs import State
from core.web.covered import Covered
from core.web.private import told
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import Pages, actor, address, noted
from core.web.rest.describing import extend_schema
from core.web.rest.times import required_range, rfc3339
from core.web.speech import said

MANAGE = "camera.manage"
PLAYBACK = "camera.playback"
LONGEST_TRY_MS = 24 * 3_600_000
LONGEST_STORED_MS = 31 * 86_400_000


class ReplayInput(serializers.Serializer[dict[str, Any]]):
    """A detector over a range of a camera's recordings; times RFC 3339.

    `settings`: the camera's own without them. `stores`: keep what it sees, as if it had looked then: motion, objects,
    and events of which rules learn nothing.
    """

    detector = serializers.CharField(max_length=64)
    start = serializers.CharField()
    end = serializers.CharField()
    settings = serializers.DictField(required=False)
    stores = serializers.BooleanField(default=False)


FIND = inline_serializer(
    "ReplayFind",
    {
        "event_type": serializers.CharField(help_text="Empty for an object that was followed."),
        "label": serializers.CharField(),
        "start_ms": serializers.IntegerField(),
        "end_ms": serializers.IntegerField(),
        "peak_ms": serializers.IntegerField(help_text="The moment whose picture shows it, UTC."),
        "box": serializers.ListField(
            child=serializers.FloatField(),
            allow_null=True,
            help_text="Where it was then: left, top, width, height in parts of the picture.",
        ),
        "score": serializers.FloatField(),
        "attributes": serializers.DictField(),
    },
    many=True,
)


class ReplayOutput(serializers.Serializer[Replay]):
    """A job. `at`: how far it is. `looks`: pictures it looked at; `ms_per_look`, `decode_ms_per_look`: CPU of a look
    and of what leads to it. `found` counts all finds; `stored`: rows that were new.
    """

    id = serializers.IntegerField()
    camera = serializers.IntegerField(source="camera_id")
    detector = serializers.CharField()
    title = serializers.SerializerMethodField()
    requester = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    cancelling = serializers.BooleanField(source="cancel")
    error = serializers.SerializerMethodField()
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    at = serializers.SerializerMethodField()
    stores = serializers.BooleanField()
    looks = serializers.IntegerField()
    ms_per_look = serializers.SerializerMethodField()
    decode_ms_per_look = serializers.SerializerMethodField()
    found = serializers.IntegerField()
    stored = serializers.IntegerField()

    def get_title(self, job: Replay) -> str:
        """The detector's, or its name where it is gone."""
        try:
            return said(detector_named(job.detector).title)
        except CameraError:
            return job.detector

    def get_error(self, job: Replay) -> str:
        """One sentence when it failed."""
        return said(job.error)

    def get_start(self, job: Replay) -> str:
        """RFC 3339."""
        return rfc3339(job.start_ms)

    def get_end(self, job: Replay) -> str:
        """RFC 3339."""
        return rfc3339(job.end_ms)

    def get_at(self, job: Replay) -> str:
        """RFC 3339."""
        return rfc3339(min(max(job.at_ms, job.start_ms), job.end_ms))

    def get_ms_per_look(self, job: Replay) -> float:
        """CPU ms."""
        return round(job.look_us / job.looks / 1000, 2) if job.looks else 0.0

    def get_decode_ms_per_look(self, job: Replay) -> float:
        """CPU ms."""
        return round(job.decode_us / job.looks / 1000, 2) if job.looks else 0.0


class ReplayDetail(ReplayOutput):
    """A job with the first of its finds."""

    finds = serializers.SerializerMethodField()

    @extend_schema_field(FIND)
    def get_finds(self, job: Replay) -> list[dict[str, Any]]:
        """Times in ms UTC; without the boxes of what lies under privacy masks, and attributes that one may not know."""
        covered, rights = self.context["covered"], self.context["rights"]
        return [
            find | {"attributes": told(rights, find["event_type"], job.camera_id, find["attributes"])}
            if find["event_type"]
            else find
            for find in covered.placed(job.finds, job.camera_id, job.start_ms)
        ]


class Replays(ListAPIView[Replay]):
    """The jobs of a camera, the newest first."""

    required: Required = {"GET": MANAGE, "POST": MANAGE}
    heavy = frozenset({"POST"})
    serializer_class = ReplayOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Replay]:
        """Those of the camera."""
        return Replay.objects.filter(camera_id=self.kwargs["camera_id"]).order_by("-id")

    @extend_schema(request=ReplayInput, responses={202: ReplayOutput})
    def post(self, request: Request, camera_id: int) -> Response:
        """Ask for one; it takes the right to play the camera's recordings, too."""
        found_camera(camera_id)
        if not rights_for(request).holds(PLAYBACK, camera_id):
            raise PermissionDenied("You may not play this camera's recordings.")
        form = ReplayInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        longest = LONGEST_STORED_MS if given["stores"] else LONGEST_TRY_MS
        start_ms, end_ms = required_range(given, longest)
        _may_wait(camera_id)
        job = request_replay(
            request.user.pk,
            actor(request),
            camera_id,
            given["detector"],
            given.get("settings"),
            start_ms,
            end_ms,
            stores=given["stores"],
            address=address(request),
        )
        return Response(ReplayOutput(job).data, status=202)


class OneReplay(APIView):
    """A job."""

    required: Required = {"GET": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=ReplayDetail)
    def get(self, request: Request, camera_id: int, replay_id: int) -> Response:
        """How far it is, and what it found."""
        rights = rights_for(request)
        context = {"rights": rights, "covered": Covered(rights)}
        return Response(ReplayDetail(_found(camera_id, replay_id), context=context).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, camera_id: int, replay_id: int) -> Response:
        """Forget it; one that is being done ends. What it has stored stays."""
        job = _found(camera_id, replay_id)
        with transaction.atomic():
            noted(request, "camera.replay_delete", f"camera:{camera_id}", before={"replay": job.pk, "state": job.state})
            job.delete()
        return Response(status=204)


class CancelReplay(APIView):
    """The end of a job before its time."""

    required: Required = {"POST": MANAGE}

    @extend_schema(request=None, responses=ReplayOutput)
    def post(self, request: Request, camera_id: int, replay_id: int) -> Response:
        """Stop it, within seconds; what it has found stays."""
        cancel_replay(_found(camera_id, replay_id))
        noted(request, "camera.replay_cancel", f"camera:{camera_id}", after={"replay": replay_id})
        return Response(ReplayOutput(_found(camera_id, replay_id)).data)


MOST_WAITING = 20


def _may_wait(camera_id: int) -> None:
    open_ones = Replay.objects.filter(camera_id=camera_id, state__in=[State.QUEUED, State.RUNNING])
    if open_ones.count() >= MOST_WAITING:
        raise ValidationError({"camera": [f"has {MOST_WAITING} of these waiting; let some end, or cancel them."]})


def _found(camera_id: int, replay_id: int) -> Replay:
    job = Replay.objects.filter(pk=replay_id, camera_id=camera_id).first()
    if job is None:
        raise NotFound("There is no such job of this camera.")
    return job
