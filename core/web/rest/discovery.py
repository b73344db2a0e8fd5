"""Looking for cameras on the network."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.cameras import discovery
from core.system import audit
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema


class DiscoveryInput(serializers.Serializer[dict[str, Any]]):
    """Where to look: `192.168.1.0/24`, `192.168.1.20`, `192.168.1.20:8555`; nothing for the server's own networks."""

    networks = serializers.ListField(child=serializers.CharField(max_length=43), max_length=16, default=list)


class FoundOutput(serializers.Serializer[dict[str, Any]]):
    """One device. `settings` of its driver as far as they are known; `login`: which of them take user name and
    password, when nothing else is missing; `added`: it is a camera of ours already.
    """

    driver = serializers.CharField()
    address = serializers.CharField()
    title = serializers.CharField()
    settings = serializers.DictField()
    login = serializers.ListField(child=serializers.CharField(), allow_null=True)
    added = serializers.BooleanField()


class DiscoveryOutput(serializers.Serializer[dict[str, Any]]):
    """What was found, by address; which networks were searched; a sentence for each driver that failed."""

    results = FoundOutput(many=True)
    searched = serializers.ListField(child=serializers.CharField())
    troubles = serializers.ListField(child=serializers.CharField())


class Discovery(APIView):
    """Find cameras."""

    required: Required = {"POST": "camera.manage"}
    heavy = frozenset({"POST"})

    @extend_schema(request=DiscoveryInput, responses=DiscoveryOutput)
    def post(self, request: Request) -> Response:
        """Look for cameras for at most ten seconds. No credentials are tried."""
        form = DiscoveryInput(data=request.data)
        form.is_valid(raise_exception=True)
        places = discovery.places_of(form.validated_data["networks"])
        told = ", ".join(str(place) for place in places)
        audit.record(actor(request), "camera.find", f"networks:{told}", address=address(request))
        found = async_to_sync(discovery.find)(places, discovery.known_addresses())
        results = [_body(one) for one in found.cameras]
        return Response({"results": results, "searched": found.searched, "troubles": found.troubles})


def _body(found: discovery.Found) -> dict[str, Any]:
    camera = found.camera
    return {
        "driver": found.driver,
        "address": camera.address,
        "title": camera.title,
        "settings": camera.settings,
        "login": camera.login,
        "added": found.added,
    }
