"""Talking through cameras: who does, and the announcements there are."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.media.speech import NoSpeech
from core.talk import announcements
from core.talk.floor import holder
from core.talk.loudspeakers import speaks
from core.talk.models import Announcement
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import Pages, actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339

MANAGE = "announcement.manage"


class TalkOutput(serializers.Serializer[dict[str, Any]]):
    """`speaks`: whether the camera has a loudspeaker, by its settings; `by`: who talks through it now, or empty."""

    speaks = serializers.BooleanField()
    by = serializers.CharField()


class OfCamera(APIView):
    """A camera's loudspeaker. One talks by the websocket `/ws/v1/cameras/{id}/talk/`."""

    required: Required = {"GET": "camera.talk"}

    @extend_schema(responses=TalkOutput)
    def get(self, request: Request, camera_id: int) -> Response:
        """Whether there is one, and who talks."""
        return Response({"speaks": speaks(found_camera(camera_id)), "by": holder(camera_id)})


class AnnouncementOutput(serializers.ModelSerializer[Announcement]):
    """A recorded message; `seconds`: how long it is."""

    seconds = serializers.SerializerMethodField()
    created = serializers.SerializerMethodField()

    class Meta:
        model = Announcement
        fields = ["id", "name", "seconds", "created"]

    def get_seconds(self, row: Announcement) -> float:
        """Of sound."""
        return row.length_ms / 1000

    def get_created(self, row: Announcement) -> str:
        """RFC 3339."""
        return rfc3339(row.created_ms)


class AnnouncementInput(serializers.Serializer[dict[str, Any]]):
    """A new one. `sound`: a WAV, MP3, FLAC, OGG or M4A file of two minutes at most."""

    name = serializers.CharField(max_length=64)
    sound = serializers.FileField()

    def validate_name(self, name: str) -> str:
        """Names are how rules choose."""
        if Announcement.objects.filter(name=name).exists():
            raise serializers.ValidationError("There is an announcement of this name already; choose another one.")
        return name


class Announcements(ListAPIView[Announcement]):
    """Recorded messages."""

    required: Required = {"GET": "camera.talk", "POST": MANAGE}
    filtered = frozenset({"GET"})
    serializer_class = AnnouncementOutput
    pagination_class = Pages
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> QuerySet[Announcement]:
        """All, by name."""
        return announcements.announcements()

    @extend_schema(request={"multipart/form-data": AnnouncementInput}, responses={201: AnnouncementOutput})
    def post(self, request: Request) -> Response:
        """Keep a sound file."""
        form = AnnouncementInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        try:
            row = announcements.add_announcement(
                given["name"], given["sound"].read(), actor=actor(request), address=address(request)
            )
        except NoSpeech as error:
            raise ValidationError({"sound": [str(error)]}) from error
        return Response(AnnouncementOutput(row).data, status=201)


class OneAnnouncement(APIView):
    """A recorded message."""

    required: Required = {"DELETE": MANAGE}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, announcement_id: int) -> Response:
        """Delete it; a rule that plays it then says that it is not there."""
        row = announcements.announcements().filter(pk=announcement_id).first()
        if row is None:
            raise NotFound("There is no such announcement.")
        announcements.remove_announcement(row, actor=actor(request), address=address(request))
        return Response(status=204)


class Sound(APIView):
    """What a recorded message says."""

    required: Required = {"GET": MANAGE}

    @extend_schema(responses={(200, "audio/flac"): bytes})
    def get(self, request: Request, announcement_id: int) -> HttpResponse:
        """As FLAC, to listen to before it is played through cameras."""
        row = Announcement.objects.filter(pk=announcement_id).first()
        if row is None:
            raise NotFound("There is no such announcement.")
        return HttpResponse(bytes(row.sound), content_type="audio/flac", headers={"Cache-Control": "private, no-store"})
