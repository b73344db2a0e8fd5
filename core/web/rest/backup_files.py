"""What lies at a backup target: listed, played, fetched, and brought back into the index."""

from __future__ import annotations

import mimetypes
import posixpath
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.backup import queries, services
from core.backup.models import Content, Copy, Restore, State, Target
from core.backup.paths import TemplateError, check_far
from core.backup.targets import accounted, connected, settings_of
from core.hookspecs.backup import BackupError, BackupTrouble, FarEntry
from core.system import audit
from core.web.ranges import ThreadedSource, range_response
from core.web.rest.backup import MANAGE, number, target_of
from core.web.rest.backup_forms import FarFolderOutput, RestoreInput, RestoreOutput
from core.web.rest.conventions import Pages, actor, address
from core.web.rest.describing import extend_schema

T = TypeVar("T")
READ = 4 * 1024 * 1024
FOLDER = OpenApiParameter("folder", str, description="At the target; empty for its top.")
PATH = OpenApiParameter("path", str, required=True, description="As the target lists it.")


class Files(APIView):
    """What lies at a target."""

    required: Required = {"GET": MANAGE}

    @extend_schema(parameters=[FOLDER], responses=FarFolderOutput)
    def get(self, request: Request, target_id: int) -> Response:
        """A folder there, whoever put it there. Copies show every camera: hence the right to manage backups."""
        row, folder = target_of(target_id), _far(request, "folder")

        def listed() -> list[FarEntry]:
            with connected(row.kind, settings_of(row)) as target:
                return target.entries(folder)

        entries = _asked(row, listed)
        below = {entry.name: posixpath.join(folder, entry.name) for entry in entries}
        known = set(
            Copy.objects.filter(
                target=row, path__in=list(below.values()), state=State.DONE, plan__content=Content.RECORDINGS
            ).values_list("path", flat=True)
        )
        rows = [
            {
                "name": entry.name,
                "path": below[entry.name],
                "folder": entry.folder,
                "size": entry.size,
                "restorable": below[entry.name] in known or (not entry.folder and entry.name.endswith(".mp4")),
            }
            for entry in entries
        ]
        return Response({"folder": folder, "results": rows})


class OneFile(APIView):
    """One file at a target."""

    required: Required = {"GET": MANAGE}

    @extend_schema(
        parameters=[PATH, OpenApiParameter("download", bool, description="Offer to save it as a file.")],
        responses={(200, "video/mp4"): OpenApiTypes.BINARY, (206, "video/mp4"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, target_id: int) -> HttpResponseBase:
        """The file as it comes from there, with HTTP byte ranges."""
        row, path = target_of(target_id), _far(request, "path")

        def measured() -> int | None:
            with connected(row.kind, settings_of(row)) as target:
                return target.size(path)

        size = _asked(row, measured) if path else None
        if size is None:
            raise NotFound("No such file at the target.")
        if "Range" not in request.headers:
            what = {"path": path}
            audit.record(
                actor(request), "backup.download", f"backup.target:{row.pk}", after=what, address=address(request)
            )
        name = path.rpartition("/")[2]
        response = range_response(
            request._request,
            ThreadedSource(size, lambda start, end: _chunks(row, path, start, end)),
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            filename=name,
            download=request.query_params.get("download", "") in ("1", "true"),
        )
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class Restores(ListAPIView[Restore]):
    """Bringing recordings back."""

    required: Required = {"GET": MANAGE, "POST": MANAGE}
    serializer_class = RestoreOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Restore]:
        """Newest first."""
        return queries.restores(number(self.request, "target"))

    @extend_schema(request=RestoreInput, responses={201: RestoreOutput(many=True)})
    def post(self, request: Request) -> Response:
        """Have whole recordings brought back into the index; done in the background, one after the other."""
        form = RestoreInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        try:
            wanted = [check_far(path) for path in given["paths"]]
        except TemplateError as error:
            raise ValidationError({"paths": [str(error)]}) from error
        rows = services.request_restore(
            target_of(given["target"]), wanted, given["keep_days"], actor=actor(request), address=address(request)
        )
        return Response(RestoreOutput(rows, many=True).data, status=201)


class TargetInTrouble(APIException):
    """The target does not do what was asked."""

    status_code = 502
    default_code = "target_in_trouble"


def _far(request: Request, name: str) -> str:
    try:
        return check_far(request.query_params.get(name, ""))
    except TemplateError as error:
        raise ValidationError({name: [str(error)]}) from error


def _asked(row: Target, work: Callable[[], T]) -> T:
    """Ask a target something while the client waits. Raises TargetInTrouble, or NotFound for one file's trouble."""
    try:
        return accounted(row.kind, work)
    except BackupError as error:
        if error.trouble is BackupTrouble.FILE:
            raise NotFound(str(error)) from error
        raise TargetInTrouble(str(error)) from error


def _chunks(row: Target, path: str, start: int, end: int) -> Iterator[bytes]:
    with connected(row.kind, settings_of(row)) as target:
        for at in range(start, end, READ):
            yield from target.read(path, at, min(READ, end - at))
