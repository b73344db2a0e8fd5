"""Moving cameras."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.rights import rights_for
from core.cameras import steering
from core.cameras.control import moves
from core.cameras.steering import Hand, HeldBack
from core.hookspecs.cameras import ControlError
from core.hookspecs.ptz import Ptz, PtzPosition
from core.web.helm.helm import helm_of
from core.web.helm.orders import Order, OrderError, order_of
from core.web.rest.cameras import found_camera
from core.web.rest.controls import CameraSilent
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.socket.ptz import FIRST, MANAGE


class PresetOutput(serializers.Serializer[dict[str, Any]]):
    """A position that the camera remembers."""

    token = serializers.CharField()
    name = serializers.CharField()


class TourOutput(PresetOutput):
    """A tour; state: idle, touring, paused, or empty when the camera does not say."""

    state = serializers.CharField()


class PositionOutput(serializers.Serializer[dict[str, Any]]):
    """In the camera's own units; null where it does not say."""

    pan = serializers.FloatField(allow_null=True)
    tilt = serializers.FloatField(allow_null=True)
    zoom = serializers.FloatField(allow_null=True)
    moving = serializers.BooleanField(allow_null=True)


class PtzOutput(serializers.Serializer[dict[str, Any]]):
    """What a camera can do (core.hookspecs.ptz.PtzAbilities), its positions and tours, and who moves it now.

    return_preset: the position it goes back to when nobody has moved it for return_after minutes, empty for none.
    """

    abilities = serializers.DictField()
    presets = PresetOutput(many=True)
    tours = TourOutput(many=True)
    position = PositionOutput()
    held_by = serializers.CharField()
    return_preset = serializers.CharField()
    return_after = serializers.IntegerField()


class OrderInput(serializers.Serializer[dict[str, Any]]):
    """One order; further keys by `op`, as core/web/helm/orders.py names them.

    move: pan, tilt, zoom (-1 to 1), seconds. centre: x, y, part. place: pan, tilt, zoom, in the camera's own units.
    preset, remove_preset: preset. set_preset, rename_preset: name, preset. tour: tour, act. focus: speed, auto.
    auxiliary: command, on. lock: on. stop, home, set_home, release: none.
    """

    op = serializers.CharField()


class OrderOutput(serializers.Serializer[dict[str, Any]]):
    """What the camera answered: the new position's token for set_preset, else nothing."""

    answer = serializers.CharField(allow_blank=True)


class ReturnInput(serializers.Serializer[dict[str, Any]]):
    """Where a camera goes when nobody has moved it for so many minutes; nowhere with an empty name."""

    preset = serializers.CharField(max_length=100, allow_blank=True)
    minutes = serializers.IntegerField(min_value=1, max_value=steering.MOST_AFTER, default=5)


class Held(APIException):
    """Somebody else moves the camera."""

    status_code = 409
    default_code = "held"


class Steering(APIView):
    """Moving one camera."""

    required: Required = {"GET": "camera.ptz", "POST": "camera.ptz"}

    @extend_schema(responses=PtzOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """Asks the camera. 404 for one that cannot be moved."""
        if not moves(found_camera(camera_id)):
            return Response({"detail": "This camera cannot be moved."}, status=404)
        try:
            found = async_to_sync(_asked)(camera_id)
        except ControlError as error:
            raise CameraSilent(str(error)) from error
        holder, (preset, minutes) = steering.holder(camera_id), steering.chosen_return(camera_id)
        held = {"held_by": holder.name if holder else "", "return_preset": preset, "return_after": minutes}
        return Response(found | held)

    @extend_schema(request=OrderInput, responses=OrderOutput)
    def post(self, request: Request, camera_id: int) -> Response:
        """Give an order. 409 while somebody else moves the camera. `/ws/v1/cameras/{id}/ptz/` is made for joysticks."""
        found_camera(camera_id)
        try:
            order = order_of(request.data)
        except OrderError as error:
            field, _, sentence = str(error).partition(": ")
            raise ValidationError({field: [sentence]}) from error
        rights = rights_for(request)
        if order.manages and not rights.holds(MANAGE, camera_id):
            raise PermissionDenied
        hand = Hand(rights.user_id, actor(request), rights.holds(FIRST, camera_id), address(request))
        try:
            answer = async_to_sync(_obeyed)(camera_id, hand, order)
        except HeldBack as error:
            raise Held(str(error)) from error
        except ControlError as error:
            raise CameraSilent(str(error)) from error
        return Response({"answer": answer or ""})


class Return(APIView):
    """Where a camera goes by itself."""

    required: Required = {"PUT": "camera.manage"}

    @extend_schema(request=ReturnInput, responses=ReturnInput)
    def put(self, request: Request, camera_id: int) -> Response:
        """Choose it."""
        found_camera(camera_id)
        form = ReturnInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        steering.set_return(
            camera_id, given["preset"], given["minutes"], actor=actor(request), address=address(request)
        )
        return Response(given)


async def _obeyed(camera_id: int, hand: Hand, order: Order) -> Any:
    return await helm_of(camera_id).obey(hand, order)


async def _asked(camera_id: int) -> dict[str, Any]:
    found: dict[str, Any] = await helm_of(camera_id).ask(_everything)
    return found


async def _everything(ptz: Ptz) -> dict[str, Any]:
    able = await ptz.abilities()
    presets = await ptz.presets() if able.presets else ()
    tours = await ptz.tours() if able.tours else ()
    position = await ptz.position() if able.pan_tilt or able.zoom else PtzPosition()
    return {
        "abilities": asdict(able),
        "presets": [asdict(one) for one in presets],
        "tours": [asdict(one) for one in tours],
        "position": asdict(position),
    }
