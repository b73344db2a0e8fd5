"""Patrols of cameras: positions that Eyrie has them look at one after the other."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.cameras import patrols
from core.cameras.control import moves
from core.cameras.models import Patrol, Steering
from core.cameras.patrols import PatrolError, Stop
from core.cameras.steering import Hand, HeldBack
from core.web.helm.helm import helm_of
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.ptz import Held
from core.web.socket.ptz import FIRST, MANAGE

MOVE = "camera.ptz"


class StopForm(serializers.Serializer[dict[str, Any]]):
    """A stop. preset: the camera's token of a position; seconds: until the next stop's turn, the way there included."""

    preset = serializers.CharField(max_length=200)
    seconds = serializers.IntegerField(min_value=patrols.LEAST_S, max_value=patrols.MOST_S)


class PatrolForm(serializers.Serializer[dict[str, Any]]):
    """A patrol: its stops one after the other, and again from the first."""

    name = serializers.CharField(max_length=64)
    stops = serializers.ListField(child=StopForm(), min_length=patrols.FEWEST_STOPS, max_length=patrols.MOST_STOPS)


class PatrolOutput(PatrolForm):
    """A patrol. running: whether the camera goes it; trouble: why the camera did not go to the last stop, or empty."""

    id = serializers.IntegerField()
    running = serializers.BooleanField()
    trouble = serializers.CharField(allow_blank=True)


class PatrolsOutput(serializers.Serializer[dict[str, Any]]):
    """Patrols of a camera by name."""

    results = PatrolOutput(many=True)


class Patrols(APIView):
    """The patrols of one camera."""

    required: Required = {"GET": MOVE, "POST": MANAGE}

    @extend_schema(operation_id="patrols_list", responses=PatrolsOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """All, and which of them it goes."""
        found_camera(camera_id)
        return Response({"results": [_body(one) for one in patrols.patrols_of(camera_id)]})

    @extend_schema(request=PatrolForm, responses={201: PatrolOutput})
    def post(self, request: Request, camera_id: int) -> Response:
        """Keep a new one."""
        if not moves(found_camera(camera_id)):
            raise ValidationError({"stops": ["This camera cannot be moved."]})
        return Response(_saved(request, Patrol(camera_id=camera_id)), status=201)


class OnePatrol(APIView):
    """One patrol."""

    required: Required = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=PatrolForm, responses=PatrolOutput)
    def put(self, request: Request, camera_id: int, patrol_id: int) -> Response:
        """Change it; a camera that goes it goes it as it is now."""
        return Response(_saved(request, _found(camera_id, patrol_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, camera_id: int, patrol_id: int) -> Response:
        """Delete it; a camera that goes it stays where it is."""
        patrols.remove_patrol(_found(camera_id, patrol_id), actor=actor(request), address=address(request))
        return Response(status=204)


class StartPatrol(APIView):
    """Have the camera go a patrol."""

    required: Required = {"POST": MOVE}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, camera_id: int, patrol_id: int) -> Response:
        """Until it is stopped; it waits while a person moves the camera. 409 while somebody else does."""
        rights = rights_for(request)
        hand = Hand(rights.user_id, actor(request), rights.holds(FIRST, camera_id), address(request))
        patrol = _found(camera_id, patrol_id)
        async_to_sync(_let_go)(camera_id, hand)
        try:
            patrols.start(patrol, hand)
        except HeldBack as error:
            raise Held(str(error)) from error
        return Response(status=204)


class StopPatrol(APIView):
    """Have the camera go no patrol."""

    required: Required = {"POST": MOVE}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, camera_id: int) -> Response:
        """It stays where it is; nothing happens when it goes none."""
        found_camera(camera_id)
        patrols.stop(camera_id, actor=actor(request), address=address(request))
        return Response(status=204)


async def _let_go(camera_id: int, hand: Hand) -> None:
    """What this person has moving stops, and the helm knows that the camera is theirs no longer."""
    await helm_of(camera_id).leave(hand)


def _found(camera_id: int, patrol_id: int) -> Patrol:
    found = patrols.patrols_of(camera_id).filter(pk=patrol_id).first()
    if found is None:
        raise NotFound("This camera has no such patrol.")
    return found


def _saved(request: Request, patrol: Patrol) -> dict[str, Any]:
    form = PatrolForm(data=request.data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    stops = [Stop(**one) for one in given["stops"]]
    try:
        return _body(patrols.save_patrol(patrol, given["name"], stops, actor=actor(request), address=address(request)))
    except PatrolError as error:
        raise ValidationError({"name": [str(error)]}) from error


def _body(patrol: Patrol) -> dict[str, Any]:
    row = Steering.objects.filter(camera_id=patrol.camera_id, patrol=patrol).first()
    return {
        "id": patrol.pk,
        "name": patrol.name,
        "stops": patrol.stops,
        "running": row is not None,
        "trouble": row.patrol_trouble if row else "",
    }
