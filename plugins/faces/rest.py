"""REST below `/api/v1/plugins/faces/`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import SystemClock
from core.api.services import Required, SecretsError, cameras_with, record_audit, rights_for
from plugins.faces import people
from plugins.faces.disclosure import disclosed
from plugins.faces.examine import LARGEST, NoFace, face_of
from plugins.faces.forms import (
    FaceSightingOutput,
    ForgottenOutput,
    FromSightingInput,
    PersonForm,
    PersonOutput,
    PictureInput,
    ReferenceOutput,
    SightingQuery,
)
from plugins.faces.kept import Kept, opened, opened_vector
from plugins.faces.models import Person, Reference, Sighting
from plugins.faces.people import Entry, PersonError
from plugins.faces.permissions import ENROL, VIEW
from plugins.faces.places import model_id, models_folder
from plugins.faces.sightings import Search, found, settings_now


class NewestSighting(CursorPagination):
    """The newest first, by pages."""

    ordering = ("-at_ms", "-pk")
    page_size = 48
    page_size_query_param = "page_size"
    max_page_size = 500


class People(APIView):
    """People who are enrolled."""

    required: Required = {"GET": ENROL.codename, "POST": ENROL.codename}

    @extend_schema(responses=PersonOutput(many=True))
    def get(self, request: Request) -> Response:
        """All of them, by name."""
        rows = Person.objects.prefetch_related("references")
        return Response(PersonOutput(rows, many=True, context=_context()).data)

    @extend_schema(request=PersonForm, responses={201: PersonOutput})
    def post(self, request: Request) -> Response:
        """Add a person, who is recognised once there is a picture."""
        row = _put(request, None)
        _audit(request, "face_person.create", row.pk)
        return Response(PersonOutput(row, context=_context()).data, status=201)


class OnePerson(APIView):
    """One person."""

    required: Required = {"GET": ENROL.codename, "PUT": ENROL.codename, "DELETE": ENROL.codename}

    @extend_schema(responses=PersonOutput)
    def get(self, request: Request, person_id: int) -> Response:
        """The person."""
        return Response(PersonOutput(_person(person_id), context=_context()).data)

    @extend_schema(request=PersonForm, responses=PersonOutput)
    def put(self, request: Request, person_id: int) -> Response:
        """Change what is known of them, or their consent."""
        row = _put(request, _person(person_id))
        _audit(request, "face_person.change", row.pk)
        return Response(PersonOutput(row, context=_context()).data)

    @extend_schema(responses=ForgottenOutput)
    def delete(self, request: Request, person_id: int) -> Response:
        """Delete everything about them: pictures, vectors, sightings, and the events that name them."""
        gone = people.forget(_person(person_id))
        _audit(request, "face_person.delete", person_id, gone)
        return Response(ForgottenOutput(gone).data)


class PersonArchive(APIView):
    """What is kept about a person."""

    required: Required = {"GET": ENROL.codename}

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, person_id: int) -> HttpResponse:
        """A ZIP archive to be handed out to them: data.json, and all pictures."""
        row = _person(person_id)
        try:
            content = disclosed(row)
        except SecretsError as error:
            raise ValidationError(str(error)) from error
        _audit(request, "face_person.disclose", row.pk)
        answer = HttpResponse(content, content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="person-{row.pk}.zip"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class Pictures(APIView):
    """Pictures of a person."""

    required: Required = {"POST": ENROL.codename}
    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": PictureInput}, responses={201: ReferenceOutput})
    def post(self, request: Request, person_id: int) -> Response:
        """Compare faces with the one in this picture; of the picture only the face is kept. Takes a second or two."""
        form = PictureInput(data=request.data)
        form.is_valid(raise_exception=True)
        row, file = _person(person_id), form.validated_data["picture"]
        try:
            face = face_of(file.read(LARGEST + 1), settings_now(), models_folder())
            made = people.add_picture(row, face, "file")
        except (NoFace, PersonError) as error:
            raise ValidationError({"picture": [str(error)]}) from error
        _audit(request, "face_picture.create", row.pk, {"picture": made.pk})
        return Response(ReferenceOutput(made, context=_context()).data, status=201)


class PicturesFromSighting(APIView):
    """A passing face that becomes a picture of a person."""

    required: Required = {"POST": ENROL.codename}

    @extend_schema(request=FromSightingInput, responses={201: ReferenceOutput})
    def post(self, request: Request, person_id: int) -> Response:
        """Compare faces with that of a sighting, of a camera whose sightings one may see."""
        form = FromSightingInput(data=request.data)
        form.is_valid(raise_exception=True)
        row, seen = _person(person_id), _sighting(request, form.validated_data["sighting"])
        if not seen.picture:
            raise ValidationError({"sighting": ["No picture is kept of this sighting."]})
        try:
            face = Kept(opened(seen.picture), opened_vector(seen.vector), seen.model)
            made = people.add_picture(row, face, "sighting")
        except (SecretsError, PersonError) as error:
            raise ValidationError({"sighting": [str(error)]}) from error
        _audit(request, "face_picture.create", row.pk, {"picture": made.pk, "sighting": seen.pk})
        return Response(ReferenceOutput(made, context=_context()).data, status=201)


class OnePicture(APIView):
    """One picture of a person."""

    required: Required = {"DELETE": ENROL.codename}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, person_id: int, picture_id: int) -> Response:
        """Delete it; faces are no longer compared with it."""
        row = _reference(person_id, picture_id)
        people.remove_picture(row)
        _audit(request, "face_picture.delete", person_id, {"picture": picture_id})
        return Response(status=204)


class PictureFile(APIView):
    """A picture of a person as a file."""

    required: Required = {"GET": ENROL.codename}

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, person_id: int, picture_id: int) -> HttpResponse:
        """A JPEG."""
        return _jpeg(_reference(person_id, picture_id).picture)


class Sightings(ListAPIView[Sighting]):
    """Faces that cameras saw."""

    required: Required = {"GET": VIEW.codename}
    filtered = frozenset({"GET"})
    serializer_class = FaceSightingOutput
    pagination_class = NewestSighting
    queryset = Sighting.objects.none()

    def get_queryset(self) -> QuerySet[Sighting]:
        """Those of cameras for which the asker may search faces."""
        asked = self.request.query_params.copy()
        asked.setlist("camera", [one for text in asked.getlist("camera") for one in text.split(",") if one])
        form = SightingQuery(data=asked)
        form.is_valid(raise_exception=True)
        said: dict[str, Any] = form.validated_data
        cameras = cameras_with(rights_for(self.request), VIEW.codename)
        if said["camera"]:
            cameras = cameras.filter(pk__in=said["camera"])
        search = Search(said["person"], said["start"], said["end"])
        return found(search, list(cameras.values_list("pk", flat=True)), settings_now().keep_days)

    @extend_schema(parameters=[SightingQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Search sightings, the newest first."""
        return super().get(request, *args, **kwargs)


class OneSighting(APIView):
    """One sighting."""

    required: Required = {"DELETE": ENROL.codename}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sighting_id: int) -> Response:
        """Delete it with its picture; its event stays."""
        row = _sighting(request, sighting_id)
        _audit(request, "face_sighting.delete", row.person_id, {"sighting": row.pk})
        row.delete()
        return Response(status=204)


class SightingFile(APIView):
    """The picture of a sighting."""

    required: Required = {"GET": VIEW.codename}
    filtered = frozenset({"GET"})

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, sighting_id: int) -> HttpResponse:
        """A JPEG of the face."""
        return _jpeg(_sighting(request, sighting_id).picture)


def _put(request: Request, row: Person | None) -> Person:
    form = PersonForm(data=request.data)
    form.is_valid(raise_exception=True)
    try:
        return people.put(Entry(**form.validated_data), row)
    except PersonError as error:
        raise ValidationError({error.field: [str(error)]}) from error


def _person(person_id: int) -> Person:
    row = Person.objects.filter(pk=person_id).first()
    if row is None:
        raise NotFound("No such person.")
    return row


def _reference(person_id: int, picture_id: int) -> Reference:
    row = Reference.objects.filter(pk=picture_id, person_id=person_id).select_related("person").first()
    if row is None:
        raise NotFound("No such picture of this person.")
    return row


def _sighting(request: Request, sighting_id: int) -> Sighting:
    cameras = cameras_with(rights_for(request), VIEW.codename)
    row = Sighting.objects.filter(pk=sighting_id, camera_id__in=cameras.values_list("pk", flat=True)).first()
    if row is None:
        raise NotFound("No such sighting of a camera whose faces you may search.")
    return row


def _jpeg(kept: bytes | memoryview) -> HttpResponse:
    if not kept:
        raise NotFound("No picture of it is kept.")
    try:
        answer = HttpResponse(opened(kept), content_type="image/jpeg")
    except SecretsError as error:
        raise NotFound(str(error)) from error
    answer["Cache-Control"] = "private, no-store"
    return answer


def _context() -> dict[str, Any]:
    return {"model": model_id(settings_now().model), "now_ms": SystemClock().wall_ms()}


def _audit(request: Request, action: str, person_id: int | None, after: dict[str, Any] | None = None) -> None:
    """People are named by number: what the audit log says of them stays after they were deleted."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    record_audit(request.user.get_username(), action, f"face_person:{person_id or 0}", after=after, address=address)
