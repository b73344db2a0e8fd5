"""The keys whose owners may give this installation code."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.configuration import configuration
from core.system.trust import distrust, trust, trusted_keys
from core.trust.keys import KeyTrouble, PublicKey, public_key
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema

SEE, CHANGE = "system.plugins", "system.trust"


class TrustedKeyOutput(serializers.Serializer[dict[str, Any]]):
    """name: of the key here; owner: what the key says of itself; fingerprint: what people compare."""

    name = serializers.CharField()
    owner = serializers.CharField()
    fingerprint = serializers.CharField()


class TrustOutput(serializers.Serializer[dict[str, Any]]):
    """policy: EYRIE_PLUGIN_TRUST; error: why the store of keys is not believed, empty when all is well."""

    policy = serializers.ChoiceField(choices=[(one, one) for one in ("off", "warn", "require")])
    results = TrustedKeyOutput(many=True)
    error = serializers.CharField()


class TrustInput(serializers.Serializer[dict[str, Any]]):
    """key: the line of a .pub file. fingerprint: as its owner told it; it must be the key's. dry_run: only look."""

    name = serializers.CharField(max_length=64)
    key = serializers.CharField(max_length=1000)
    fingerprint = serializers.CharField(max_length=64, allow_blank=True, default="")
    dry_run = serializers.BooleanField(default=False)


class Trusted(APIView):
    """All trusted keys."""

    required: Required = {"GET": SEE, "POST": CHANGE}
    fresh = {"POST"}

    @extend_schema(operation_id="system_trust_list", responses=TrustOutput)
    def get(self, request: Request) -> Response:
        """Keys by name."""
        keys: dict[str, PublicKey] = {}
        wrong = ""
        try:
            keys = trusted_keys()
        except KeyTrouble as error:
            wrong = str(error)
        results = [_body(name, key) for name, key in keys.items()]
        return Response({"policy": configuration().plugin_trust, "results": results, "error": wrong})

    @extend_schema(
        operation_id="system_trust_add",
        request=TrustInput,
        responses={200: TrustedKeyOutput, 201: TrustedKeyOutput},
    )
    def post(self, request: Request) -> Response:
        """Trust a key from the next start on; 200 with its fingerprint when it was only looked at."""
        form = TrustInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        try:
            key = public_key(given["key"])
        except KeyTrouble as error:
            raise ValidationError({"key": [str(error)]}) from error
        if given["dry_run"]:
            return Response(_body(given["name"], key))
        if given["fingerprint"] != key.fingerprint:
            raise ValidationError({"fingerprint": [f"The key's fingerprint is {key.fingerprint}; compare it again."]})
        try:
            trust(given["name"], given["key"], actor=actor(request), address=address(request))
        except KeyTrouble as error:
            raise ValidationError({"name": [str(error)]}) from error
        return Response(_body(given["name"], key), status=status.HTTP_201_CREATED)


class OneTrusted(APIView):
    """One trusted key."""

    required: Required = {"DELETE": CHANGE}
    fresh = {"DELETE"}

    @extend_schema(operation_id="system_trust_remove", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Trust it no longer."""
        try:
            distrust(name, actor=actor(request), address=address(request))
        except KeyTrouble as error:
            raise NotFound(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)


def _body(name: str, key: PublicKey) -> dict[str, Any]:
    return {"name": name, "owner": key.name, "fingerprint": key.fingerprint}
