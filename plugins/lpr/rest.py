"""REST below `/api/v1/plugins/lpr/`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.services import Required, camera_names, cameras_with, record_audit, rights_for
from plugins.lpr import csvfile
from plugins.lpr.forms import ImportInput, ListedPlateForm, PlateReadOutput, PlatesImportOutput, ReadQuery
from plugins.lpr.lists import Entry, ListError, put, put_all
from plugins.lpr.models import ListedPlate, Read
from plugins.lpr.permissions import MANAGE, READ
from plugins.lpr.reads import forget_old, settings_now
from plugins.lpr.search import Search, found

MOST_EXPORTED = 20_000
FIELDS = {"valid_from_ms": "valid_from", "valid_to_ms": "valid_to", "text": "plate"}


class NewestRead(CursorPagination):
    """The newest first, by pages."""

    ordering = ("-at_ms", "-pk")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class Reads(ListAPIView[Read]):
    """Plates that cameras read."""

    required: Required = {"GET": READ.codename}
    filtered = frozenset({"GET"})
    serializer_class = PlateReadOutput
    pagination_class = NewestRead
    queryset = Read.objects.none()

    def get_queryset(self) -> QuerySet[Read]:
        """Those of cameras for which the asker may search plates."""
        return _found(self.request)

    @extend_schema(parameters=[ReadQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Search reads, the newest first."""
        forget_old(settings_now().keep_days)
        return super().get(request, *args, **kwargs)


class ReadsFile(APIView):
    """Found reads as a file."""

    required: Required = {"GET": READ.codename}
    filtered = frozenset({"GET"})

    @extend_schema(parameters=[ReadQuery], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """As the search, in one CSV file of at most 20,000 lines."""
        text = csvfile.read(_found(request)[:MOST_EXPORTED], camera_names())
        return _file(text, "plates-read.csv")


class Plates(APIView):
    """Plates on lists."""

    required: Required = {"GET": MANAGE.codename, "PUT": MANAGE.codename}

    @extend_schema(responses=ListedPlateForm(many=True))
    def get(self, request: Request) -> Response:
        """All of them, by plate."""
        return Response(ListedPlateForm(ListedPlate.objects.all(), many=True).data)

    @extend_schema(request=ListedPlateForm, responses=ListedPlateForm)
    def put(self, request: Request) -> Response:
        """Put a plate on a list; one that is on a list changes to this."""
        form = ListedPlateForm(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            entry = Entry(**form.validated_data)
            before = ListedPlate.objects.filter(text=entry.checked()["text"]).first()
            old = ListedPlateForm(before).data if before else None
            row, _ = put(entry)
        except ListError as error:
            raise ValidationError({name: [why] for name, why in _outside(error).items()}) from error
        after = ListedPlateForm(row).data
        _audit(request, "lpr_plate.change" if old else "lpr_plate.create", f"lpr_plate:{row.pk}", old, after)
        return Response(after)


class OnePlate(APIView):
    """One plate on a list."""

    required: Required = {"DELETE": MANAGE.codename}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, plate_id: int) -> Response:
        """Take it off; reads that name it stay."""
        row = ListedPlate.objects.filter(pk=plate_id).first()
        if row is None:
            raise NotFound("No such plate on a list.")
        _audit(request, "lpr_plate.delete", f"lpr_plate:{row.pk}", ListedPlateForm(row).data, None)
        row.delete()
        return Response(status=204)


class PlatesImport(APIView):
    """Many plates from a file."""

    required: Required = {"POST": MANAGE.codename}

    @extend_schema(request=ImportInput, responses=PlatesImportOutput)
    def post(self, request: Request) -> Response:
        """Put the plates of a CSV file on lists. Each bad line is named; 400 when therefore nothing was taken."""
        form = ImportInput(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            entries, bad = csvfile.parsed(form.validated_data["text"], form.validated_data["list"])
        except ValueError as error:
            raise ValidationError({"text": [str(error)]}) from error
        refused = bool(bad) and (form.validated_data["all_or_none"] or not entries)
        taken = 0 if refused else put_all(entries)
        if taken:
            _audit(request, "lpr_plates.import", "lpr_plates", None, {"taken": taken, "bad": len(bad)})
        answer = PlatesImportOutput({"taken": taken, "bad": bad}).data
        return Response(answer, status=400 if refused else 200)


class PlatesFile(APIView):
    """The lists as a file."""

    required: Required = {"GET": MANAGE.codename}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """All plates on lists as CSV, as the import takes it."""
        return _file(csvfile.listed(ListedPlate.objects.all()), "plates.csv")


def _found(request: Request) -> QuerySet[Read]:
    """The reads a request looks for, of cameras whose plates its user may search."""
    asked = request.query_params.copy()
    asked.setlist("camera", [one for text in asked.getlist("camera") for one in text.split(",") if one])
    form = ReadQuery(data=asked)
    form.is_valid(raise_exception=True)
    said: dict[str, Any] = form.validated_data
    cameras = cameras_with(rights_for(request), READ.codename)
    if said["camera"]:
        cameras = cameras.filter(pk__in=said["camera"])
    search = Search(said["plate"], said["alike"], said["start"], said["end"], said["list"])
    try:
        return found(search, list(cameras.values_list("pk", flat=True)), settings_now().keep_days)
    except ValueError as error:
        raise serializers.ValidationError({"plate": [str(error)]}) from error


def _outside(error: ListError) -> dict[str, str]:
    """The sentences by the names that fields have in REST."""
    return {FIELDS.get(name, name): why for name, why in error.fields.items()}


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _audit(request: Request, action: str, target: str, before: Any, after: Any) -> None:
    old, new = (None if side is None else dict(side) for side in (before, after))
    address = str(request.META.get("REMOTE_ADDR") or "")
    record_audit(request.user.get_username(), action, target, before=old, after=new, address=address)
