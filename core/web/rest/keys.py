"""The keys that encrypt stored passwords."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.media.clock import SystemClock
from core.system.keyring import Keyring, SecretsError, keyring
from core.system.rotation import RotationError, lost, rotate
from core.web.rest.certificate import PERMISSION
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339

_CLOCK = SystemClock()


class KeyBody(serializers.Serializer[dict[str, Any]]):
    """One key. made: when, empty if it is not known; encrypts: it is the one that encrypts, the others only decrypt."""

    id = serializers.CharField()
    made = serializers.CharField()
    encrypts = serializers.BooleanField()


class KeysBody(serializers.Serializer[dict[str, Any]]):
    """keys: newest first. lost: what holds secrets whose key is gone, such as `camera Door`; to be entered anew."""

    keys = KeyBody(many=True)
    lost = serializers.ListField(child=serializers.CharField())


class RotationBody(serializers.Serializer[dict[str, Any]]):
    """key: the id of the one that encrypts now; resealed: secrets encrypted anew; resumed: a rotation that had been
    interrupted was ended, with the key it had; unreadable: what holds secrets that were altered; forgotten: ids of keys
    that encrypted nothing any more and were removed.
    """

    key = serializers.CharField()
    resealed = serializers.IntegerField()
    resumed = serializers.BooleanField()
    unreadable = serializers.ListField(child=serializers.CharField())
    forgotten = serializers.ListField(child=serializers.CharField())


class KeysUnusable(APIException):
    """The key file cannot be used, or is in use."""

    status_code = 503
    default_code = "keys_unusable"


class Keys(APIView):
    """The keys."""

    required: Required = {"GET": PERMISSION}
    heavy = frozenset({"GET"})

    @extend_schema(operation_id="system_keys", responses=KeysBody)
    def get(self, request: Request) -> Response:
        """Which keys there are, never the keys themselves; and what cannot be read with them."""
        try:
            ring = keyring()
            names = [ring.newest, *reversed(ring.older)]
            return Response({"keys": [_key(ring, name) for name in names], "lost": lost()})
        except SecretsError as error:
            raise KeysUnusable(str(error)) from error


class KeyRotation(APIView):
    """A new key."""

    required: Required = {"POST": PERMISSION}
    heavy = frozenset({"POST"})
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="system_keys_rotate", request=None, responses=RotationBody)
    def post(self, request: Request) -> Response:
        """Make a new key and encrypt all stored secrets with it. The old one is removed a day later."""
        try:
            done = rotate(_CLOCK, actor=actor(request), address=address(request))
        except (RotationError, SecretsError) as error:
            raise KeysUnusable(str(error)) from error
        return Response(asdict(done))


def _key(ring: Keyring, name: str) -> dict[str, Any]:
    made = ring.made_ms(name)
    return {"id": name, "made": rfc3339(made) if made else "", "encrypts": name == ring.newest}
