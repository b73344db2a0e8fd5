"""The site's own settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import SIGNED_IN, Required
from core.system.site import change_site, site
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema


class SiteBody(serializers.Serializer[dict[str, Any]]):
    """time_zone: IANA name, such as Europe/Zurich. to_set_up: nobody has gone through the first steps yet.

    address: of the portal, for links in messages. latitude, longitude: degrees, for sunrise and sunset in rules.
    live_watermark: the user's name is drawn over the portal's pages; export_watermark: into every person's exports.
    """

    name = serializers.CharField(max_length=64, allow_blank=True)
    time_zone = serializers.CharField(max_length=64)
    to_set_up = serializers.BooleanField()
    address = serializers.CharField(max_length=200, allow_blank=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    live_watermark = serializers.BooleanField()
    export_watermark = serializers.BooleanField()


class OneSite(APIView):
    """The site."""

    required: Required = {"GET": SIGNED_IN, "PATCH": "system.settings"}

    @extend_schema(responses=SiteBody)
    def get(self, request: Request) -> Response:
        """The settings."""
        return Response(asdict(site()))

    @extend_schema(request=SiteBody(partial=True), responses=SiteBody)
    def patch(self, request: Request) -> Response:
        """Change what is named."""
        form = SiteBody(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(asdict(change_site(form.validated_data, actor=actor(request), address=address(request))))
