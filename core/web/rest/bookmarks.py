"""Bookmarks: list, add, change, remove."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import LARGEST_ID, Required
from core.access.rights import rights_for
from core.bookmarks import queries, services
from core.bookmarks.models import Bookmark
from core.web.rest.cameras import found_camera
from core.web.rest.conventions import NewestFirst, integers, noted
from core.web.rest.describing import extend_schema
from core.web.rest.times import optional_time, required_time, rfc3339

PERMISSION = "camera.playback"


class BookmarkOutput(serializers.ModelSerializer[Bookmark]):
    """One bookmark; `end` is null for a moment, `author` empty when that user is gone."""

    camera = serializers.IntegerField(source="camera_id")
    start = serializers.SerializerMethodField()
    end = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()

    class Meta:
        model = Bookmark
        fields = ["id", "camera", "start", "end", "text", "author"]

    def get_start(self, bookmark: Bookmark) -> str:
        """RFC 3339."""
        return rfc3339(bookmark.start_ms)

    def get_end(self, bookmark: Bookmark) -> str | None:
        """RFC 3339."""
        return None if bookmark.end_ms is None else rfc3339(bookmark.end_ms)

    def get_author(self, bookmark: Bookmark) -> str:
        """User name."""
        return bookmark.author.get_username() if bookmark.author else ""


class BookmarkInput(serializers.Serializer[dict[str, Any]]):
    """A new bookmark."""

    camera = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    start = serializers.CharField(help_text="RFC 3339.")
    end = serializers.CharField(required=False, allow_null=True, default=None, help_text="RFC 3339, after start.")
    text = serializers.CharField(max_length=500)


class BookmarkWords(serializers.Serializer[dict[str, Any]]):
    """What may be changed of a bookmark."""

    text = serializers.CharField(max_length=500)


class Bookmarks(ListAPIView[Bookmark]):
    """Bookmarks of the cameras one may play."""

    required: Required = {"GET": PERMISSION, "POST": PERMISSION}
    filtered = frozenset({"GET", "POST"})
    serializer_class = BookmarkOutput
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Bookmark]:
        """Filtered by rights and by `camera`, `start`, `end`, `text`."""
        query = self.request.query_params
        found = queries.bookmarks(
            camera_ids=integers(self.request, "camera"),
            start_ms=optional_time(query, "start"),
            end_ms=optional_time(query, "end"),
            text=query.get("text", ""),
        )
        return rights_for(self.request).filter(found, PERMISSION, "camera_id")

    @extend_schema(
        parameters=[
            OpenApiParameter("camera", int, many=True, description="Only these cameras' bookmarks."),
            OpenApiParameter("start", str, description="That reach to this time or beyond (RFC 3339)."),
            OpenApiParameter("end", str, description="That begin before this time (RFC 3339)."),
            OpenApiParameter("text", str, description="With this in their words."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=BookmarkInput, responses={201: BookmarkOutput})
    def post(self, request: Request) -> Response:
        """Mark a moment or a range of a camera one may play."""
        form = BookmarkInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        rights = rights_for(request)
        if not rights.holds("camera.view", given["camera"]):
            raise NotFound("No such camera.")
        found_camera(given["camera"])
        if not rights.holds(PERMISSION, given["camera"]):
            raise PermissionDenied(f"You may not play recordings of camera {given['camera']}.")
        start, end = required_time(given, "start"), optional_time({"end": given["end"] or ""}, "end")
        if end is not None and end <= start:
            raise ValidationError({"end": ["is not after start; give an end later than the start, or none."]})
        with transaction.atomic():
            made = services.add(given["camera"], request.user.pk or 0, given["text"], start, end)
            noted(request, "bookmark.add", f"bookmark:{made.pk}", after=_told(made))
        return Response(BookmarkOutput(made).data, status=201)


class OneBookmark(APIView):
    """One bookmark. It is changed by its author, and by those who manage its camera."""

    required: Required = {"PATCH": PERMISSION, "DELETE": PERMISSION}
    filtered = frozenset({"PATCH", "DELETE"})

    @extend_schema(request=BookmarkWords, responses=BookmarkOutput)
    def patch(self, request: Request, bookmark_id: int) -> Response:
        """Give it other words."""
        bookmark = _own(request, bookmark_id)
        form = BookmarkWords(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            before = _told(bookmark)
            changed = services.change(bookmark, form.validated_data["text"])
            noted(request, "bookmark.change", f"bookmark:{changed.pk}", before, _told(changed))
        return Response(BookmarkOutput(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, bookmark_id: int) -> Response:
        """Forget it; the recording stays."""
        bookmark = _own(request, bookmark_id)
        with transaction.atomic():
            noted(request, "bookmark.delete", f"bookmark:{bookmark.pk}", before=_told(bookmark))
            services.remove(bookmark)
        return Response(status=204)


def _told(bookmark: Bookmark) -> dict[str, Any]:
    """For the audit log."""
    end = bookmark.end_ms
    span = {"from": rfc3339(bookmark.start_ms), "to": rfc3339(end) if end is not None else None}
    return {"camera": bookmark.camera_id, "text": bookmark.text, **span}


def _own(request: Request, bookmark_id: int) -> Bookmark:
    rights = rights_for(request)
    bookmark = queries.bookmarks().filter(pk=bookmark_id).first()
    if bookmark is None or not rights.holds(PERMISSION, bookmark.camera_id):
        raise NotFound("No such bookmark.")
    if bookmark.author_id != request.user.pk and not rights.holds("camera.manage", bookmark.camera_id):
        raise PermissionDenied("Only its author, or who manages the camera, may change a bookmark.")
    return bookmark
