"""What cameras keep themselves: looking into it, and fetching what is missing."""

from __future__ import annotations

import asyncio
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.edge.cards import card_of
from core.edge.models import Fill
from core.edge.services import cancel_fill, request_fill
from core.hookspecs.cameras import ControlError
from core.media.source import SourceError
from core.tasks.jobs import State
from core.web.rest.cameras import found_camera
from core.web.rest.controls import CameraSilent
from core.web.rest.conventions import Pages, actor, address, noted
from core.web.rest.describing import extend_schema
from core.web.rest.times import required_range, rfc3339
from core.web.speech import said

PLAYBACK = "camera.playback"
FETCH = "camera.record"
LONGEST_MS = 24 * 3_600_000
LONGEST_LOOK_MS = 32 * LONGEST_MS
MOST_WAITING = 20
PATIENCE_S = 15.0


class Kept(serializers.Serializer[dict[str, Any]]):
    """A time of which the camera keeps pictures."""

    start = serializers.CharField()
    end = serializers.CharField()


class KeptOutput(serializers.Serializer[dict[str, Any]]):
    """What a camera keeps of a range, by time."""

    results = Kept(many=True)


class FillInput(serializers.Serializer[dict[str, Any]]):
    """A range of at most a day, RFC 3339."""

    start = serializers.CharField()
    end = serializers.CharField()


class FillOutput(serializers.Serializer[Fill]):
    """A range to be fetched. `requester`: empty when it was an outage; `at`: how far it is; `fetched_seconds`: of the
    range; `due`: when it is tried again, if it came to nothing, and `error` why.
    """

    id = serializers.IntegerField()
    camera = serializers.IntegerField(source="camera_id")
    state = serializers.ChoiceField(choices=State.choices)
    cancelling = serializers.BooleanField(source="cancel")
    requester = serializers.CharField()
    error = serializers.SerializerMethodField()
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    at = serializers.SerializerMethodField()
    due = serializers.SerializerMethodField()
    fetched_seconds = serializers.SerializerMethodField()
    bytes = serializers.IntegerField()

    def get_error(self, job: Fill) -> str:
        """One sentence."""
        return said(job.error)

    def get_start(self, job: Fill) -> str:
        """RFC 3339."""
        return rfc3339(job.start_ms)

    def get_end(self, job: Fill) -> str:
        """RFC 3339."""
        return rfc3339(job.end_ms)

    def get_at(self, job: Fill) -> str:
        """RFC 3339."""
        return rfc3339(min(max(job.at_ms, job.start_ms), job.end_ms))

    def get_due(self, job: Fill) -> str | None:
        """RFC 3339, null when it is not put off."""
        return rfc3339(job.due_ms) if job.state == State.QUEUED and job.tries else None

    def get_fetched_seconds(self, job: Fill) -> float:
        """Of the range."""
        return job.fetched_ms / 1000


class Card(APIView):
    """What a camera keeps itself, on a card or a disk."""

    required: Required = {"GET": PLAYBACK}

    @extend_schema(
        parameters=[
            OpenApiParameter("start", str, required=True, description="From (RFC 3339)."),
            OpenApiParameter("end", str, required=True, description="Until (RFC 3339), at most 32 days after start."),
        ],
        responses=KeptOutput,
    )
    def get(self, request: Request, camera_id: int) -> Response:
        """Asks the camera, for some seconds at most."""
        found_camera(camera_id)
        start_ms, end_ms = required_range(request.query_params, LONGEST_LOOK_MS)
        try:
            found = asyncio.run(_looked(card_of(camera_id), start_ms, end_ms))
        except (ControlError, SourceError) as error:
            raise CameraSilent(str(error)) from error
        rows = [{"start": rfc3339(max(a, start_ms)), "end": rfc3339(min(b, end_ms))} for a, b in found]
        return Response({"results": rows})


async def _looked(card: Any, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await card.holdings(start_ms, end_ms)
    except TimeoutError:
        raise ControlError(f"The camera did not say within {PATIENCE_S:g} s what it keeps.") from None
    return [(one.start_ms, one.end_ms) for one in found]


class AllFills(ListAPIView[Fill]):
    """What was and is to be fetched, from all cameras whose recordings one may play."""

    required: Required = {"GET": PLAYBACK}
    filtered = frozenset({"GET"})
    serializer_class = FillOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Fill]:
        """In the order in which they are done; those that are over the newest first."""
        found = rights_for(self.request).filter(Fill.objects.all(), PLAYBACK, "camera_id")
        match self.request.query_params.get("over", ""):
            case "":
                return found.order_by("-id")
            case "yes":
                return found.filter(finished_ms__isnull=False).order_by("-finished_ms", "-id")
            case "no":
                return found.filter(finished_ms__isnull=True).order_by("-state", "id")
        raise ValidationError({"over": ["is neither yes nor no."]})

    @extend_schema(
        parameters=[OpenApiParameter("over", str, enum=["yes", "no"], description="Only those that are over, or not.")]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first; with `over=no` in the order in which they are done."""
        return super().get(request, *args, **kwargs)


class Fills(ListAPIView[Fill]):
    """What was and is to be fetched from a camera, the newest first."""

    required: Required = {"GET": PLAYBACK, "POST": FETCH}
    heavy = frozenset({"POST"})
    serializer_class = FillOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Fill]:
        """Those of the camera."""
        return Fill.objects.filter(camera_id=self.kwargs["camera_id"]).order_by("-id")

    @extend_schema(request=FillInput, responses={202: FillOutput})
    def post(self, request: Request, camera_id: int) -> Response:
        """Fetch what is missing of a range; it takes the right to play the camera's recordings, too."""
        found_camera(camera_id)
        if not rights_for(request).holds(PLAYBACK, camera_id):
            raise PermissionDenied("You may not play this camera's recordings.")
        form = FillInput(data=request.data)
        form.is_valid(raise_exception=True)
        start_ms, end_ms = required_range(form.validated_data, LONGEST_MS)
        try:
            card_of(camera_id)
        except ControlError as error:
            raise ValidationError({"camera": [str(error)]}) from error
        waiting = Fill.objects.filter(camera_id=camera_id, state__in=[State.QUEUED, State.RUNNING])
        if waiting.exclude(requester="").count() >= MOST_WAITING:
            raise ValidationError({"camera": [f"has {MOST_WAITING} of these waiting; let some end, or cancel them."]})
        job = request_fill(camera_id, start_ms, end_ms, actor(request), address=address(request))
        return Response(FillOutput(job).data, status=202)


class OneFill(APIView):
    """A range to be fetched."""

    required: Required = {"GET": PLAYBACK}

    @extend_schema(responses=FillOutput)
    def get(self, request: Request, camera_id: int, fill_id: int) -> Response:
        """How far it is."""
        return Response(FillOutput(_found(camera_id, fill_id)).data)


class CancelFill(APIView):
    """The end of one before its time."""

    required: Required = {"POST": FETCH}

    @extend_schema(request=None, responses=FillOutput)
    def post(self, request: Request, camera_id: int, fill_id: int) -> Response:
        """Stop it, within seconds; what was fetched stays."""
        cancel_fill(_found(camera_id, fill_id))
        noted(request, "camera.fetch_cancel", f"camera:{camera_id}", after={"fill": fill_id})
        return Response(FillOutput(_found(camera_id, fill_id)).data)


def _found(camera_id: int, fill_id: int) -> Fill:
    job = Fill.objects.filter(pk=fill_id, camera_id=camera_id).first()
    if job is None:
        raise NotFound("Nothing is fetched under this number from this camera.")
    return job
