"""Exports: ask for one, watch it, fetch its archive, verify it elsewhere."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import SIGNED_IN, Required
from core.access.queries import cameras_with
from core.access.rights import Rights, rights_for
from core.exports import verify
from core.exports.archive import archive_path
from core.exports.footage import Item
from core.exports.models import Export, State
from core.exports.services import (
    LONGEST_MS,
    MOST_ITEMS,
    cancel_export,
    delete_export,
    exports_folder,
    redactors,
    request_export,
)
from core.exports.signing import KeyTrouble, signer
from core.media.clock import SystemClock
from core.system import audit
from core.web.covered import masks_for
from core.web.files import FilePart
from core.web.ranges import range_response
from core.web.rest.conventions import Pages, actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import required_range, rfc3339

log = logging.getLogger("eyrie.exports")
EXPORT = "camera.export"
UNMASK = "camera.unmask"
LISTEN = "camera.listen"
MANAGE = "export.manage"


class ItemInput(serializers.Serializer[dict[str, Any]]):
    """One camera and range; times RFC 3339."""

    camera = serializers.IntegerField(min_value=0)
    start = serializers.CharField()
    end = serializers.CharField()
    stream = serializers.ChoiceField(choices=["main", "sub"], default="main")


class PurposeInput(serializers.Serializer[dict[str, str]]):
    """Somebody asked what is kept of them. subject: who; reason: by which right, and how they were known."""

    subject = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=1000)


class ExportInput(serializers.Serializer[dict[str, Any]]):
    """What is to be exported. `burn_in` draws camera and time into the picture, which takes a new encoding."""

    title = serializers.CharField(max_length=128, required=False, allow_blank=True, default="")
    burn_in = serializers.BooleanField(default=False)
    redact = serializers.ListField(
        child=serializers.CharField(),
        default=list,
        help_text="What is looked for in each picture and covered, such as `faces`: see `exports/redactors/`.",
    )
    watermark = serializers.BooleanField(
        default=False, help_text="Draw the requester's name all over the pictures, as the site may want it anyway."
    )
    purpose = PurposeInput(required=False, allow_null=True, default=None)
    items = ItemInput(many=True, allow_empty=False)

    def validate_redact(self, names: list[str]) -> list[str]:
        """Only what a plugin offers."""
        known = [one.name for one in redactors()]
        for name in names:
            if name not in known:
                raise ValidationError(
                    f"{name!r} is nothing that can be covered; there is {', '.join(known) or 'none'}."
                )
        return sorted(set(names))

    def validate_items(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Not endlessly many."""
        if len(rows) > MOST_ITEMS:
            raise ValidationError(f"has {len(rows)} ranges; ask for at most {MOST_ITEMS} in one export.")
        return rows


class ItemOutput(serializers.Serializer[dict[str, Any]]):
    """What was asked for; `name`: the camera's at that time."""

    camera = serializers.IntegerField()
    name = serializers.CharField()
    start = serializers.CharField()
    end = serializers.CharField()
    stream = serializers.CharField()


class FileOutput(serializers.Serializer[dict[str, Any]]):
    """A file of the archive, which can be fetched alone as `files/{number}.mp4`, counted from 1."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    camera = serializers.IntegerField()
    start = serializers.CharField()
    end = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class NoteOutput(serializers.Serializer[dict[str, Any]]):
    """A time that the archive does not show, and why; without times, nothing of the camera is in it."""

    camera = serializers.CharField()
    start = serializers.CharField()
    end = serializers.CharField()
    reason = serializers.CharField()


class ExportOutput(serializers.Serializer[Export]):
    """An export; bytes count recordings until it is done, then `size` is the archive's."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    requester = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    burn_in = serializers.BooleanField()
    redact = serializers.ListField(child=serializers.CharField())
    watermark = serializers.CharField()
    purpose = serializers.DictField(child=serializers.CharField())
    cancelling = serializers.BooleanField(source="cancel")
    done_bytes = serializers.IntegerField()
    total_bytes = serializers.IntegerField()
    size = serializers.IntegerField()
    error = serializers.CharField()
    created = serializers.SerializerMethodField()
    finished = serializers.SerializerMethodField()
    expires = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    notes = NoteOutput(many=True)

    def get_created(self, export: Export) -> str:
        """RFC 3339."""
        return rfc3339(export.created_ms)

    def get_finished(self, export: Export) -> str | None:
        """RFC 3339."""
        return None if export.finished_ms is None else rfc3339(export.finished_ms)

    def get_expires(self, export: Export) -> str | None:
        """RFC 3339; null while it is kept for good, or not done."""
        return None if export.expires_ms is None else rfc3339(export.expires_ms)

    @extend_schema(responses=ItemOutput(many=True))
    def get_items(self, export: Export) -> list[dict[str, Any]]:
        """What was asked for."""
        return [
            {
                "camera": item["camera"],
                "name": item["name"],
                "start": rfc3339(item["start_ms"]),
                "end": rfc3339(item["end_ms"]),
                "stream": "sub" if item["stream"] else "main",
            }
            for item in export.items
        ]

    def get_files(self, export: Export) -> list[dict[str, Any]]:
        """What is in the archive."""
        shown = ("name", "camera", "start", "end", "size", "sha256")
        return [{"number": number, **{key: row[key] for key in shown}} for number, row in enumerate(export.files, 1)]


class RedactorOutput(serializers.Serializer[Any]):
    """Something that an export can cover. hint: how well it is found, and what that costs."""

    name = serializers.CharField()
    title = serializers.CharField()
    hint = serializers.CharField()


class KeyOutput(serializers.Serializer[dict[str, str]]):
    """This installation's public signing key: Ed25519, as PEM, as 32 bytes in base64, and its fingerprint."""

    fingerprint = serializers.CharField()
    public_key = serializers.CharField()
    pem = serializers.CharField()


class Unavailable(APIException):
    """The signing key cannot be used."""

    status_code = 503
    default_code = "unavailable"


class Exports(ListAPIView[Export]):
    """One's own exports; everybody's with `export.manage`."""

    required: Required = {"GET": EXPORT, "POST": EXPORT}
    heavy = frozenset({"POST"})
    filtered = frozenset({"GET", "POST"})
    serializer_class = ExportOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Export]:
        """Newest first."""
        return _visible(self.request)

    @extend_schema(request=ExportInput, responses={201: ExportOutput})
    def post(self, request: Request) -> Response:
        """Ask for an export. It is made in the background; the topic `exports.progress` and this list tell how far."""
        form = ExportInput(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        rights = rights_for(request)
        items = _items(rights, wanted["items"])
        export = request_export(
            request.user.pk,
            actor(request),
            items,
            unmasked={item["camera"] for item in items if rights.holds(UNMASK, item["camera"])},
            silent={item["camera"] for item in items if not rights.holds(LISTEN, item["camera"])},
            title=wanted["title"],
            burn_in=wanted["burn_in"],
            redact=wanted["redact"],
            watermark=wanted["watermark"],
            purpose=wanted["purpose"],
            address=address(request),
        )
        return Response(ExportOutput(export).data, status=201)


class OneExport(APIView):
    """One export."""

    required: Required = {"GET": EXPORT, "DELETE": EXPORT}
    filtered = frozenset({"GET", "DELETE"})

    @extend_schema(responses=ExportOutput)
    def get(self, request: Request, export_id: int) -> Response:
        """The export."""
        return Response(ExportOutput(found_export(request, export_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, export_id: int) -> Response:
        """Remove it with its archive; one that is being made ends."""
        delete_export(found_export(request, export_id), actor=actor(request), address=address(request))
        return Response(status=204)


class Cancel(APIView):
    """The end of an export that is not done."""

    required: Required = {"POST": EXPORT}
    filtered = frozenset({"POST"})

    @extend_schema(request=None, responses=ExportOutput)
    def post(self, request: Request, export_id: int) -> Response:
        """Stop it, within a second or two. One that has ended stays as it is."""
        export = found_export(request, export_id)
        cancel_export(export, actor=actor(request), address=address(request))
        export.refresh_from_db()
        return Response(ExportOutput(export).data)


class Archive(APIView):
    """The archive."""

    required: Required = {"GET": EXPORT}
    filtered = frozenset({"GET"})

    @extend_schema(
        responses={(200, "application/zip"): OpenApiTypes.BINARY, (206, "application/zip"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, export_id: int) -> HttpResponseBase:
        """The whole archive, with HTTP byte ranges."""
        export, path = _archive(request, export_id)
        if "Range" not in request.headers:
            audit.record(actor(request), "export.download", f"export:{export.pk}", address=address(request))
        return _sent(request, path, 0, export.size, "application/zip", export, export.filename, download=True)


class OneFile(APIView):
    """One file of the archive, to be played without unpacking."""

    required: Required = {"GET": EXPORT}
    filtered = frozenset({"GET"})

    @extend_schema(
        parameters=[OpenApiParameter("download", bool, description="Offer to save it as a file.")],
        responses={(200, "video/mp4"): OpenApiTypes.BINARY, (206, "video/mp4"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, export_id: int, number: int) -> HttpResponseBase:
        """The file, with HTTP byte ranges."""
        export, path = _archive(request, export_id)
        if not 1 <= number <= len(export.files):
            raise NotFound(f"The export has {len(export.files)} files, counted from 1.")
        row = export.files[number - 1]
        download = request.query_params.get("download", "") in ("1", "true")
        if "Range" not in request.headers:
            audit.record(actor(request), "export.download", f"export:{export.pk}", address=address(request))
        return _sent(request, path, row["offset"], row["size"], "video/mp4", export, row["name"], download=download)


class Redactors(APIView):
    """What exports can cover."""

    required: Required = {"GET": EXPORT}
    filtered = frozenset({"GET"})

    @extend_schema(responses=RedactorOutput(many=True))
    def get(self, request: Request) -> Response:
        """What plugins find in pictures, to be covered by an export that names it."""
        return Response(RedactorOutput(redactors(), many=True).data)


class SigningKey(APIView):
    """What archives are verified with."""

    required: Required = {"GET": SIGNED_IN}

    @extend_schema(responses=KeyOutput)
    def get(self, request: Request) -> Response:
        """This installation's public key."""
        try:
            own = signer()
        except KeyTrouble as error:
            log.error("%s", error)
            raise Unavailable("The signing key cannot be used; the log says why.") from error
        return Response({"fingerprint": own.fingerprint, "public_key": own.public_base64, "pem": own.public_pem})


class Verifier(APIView):
    """The program that verifies archives."""

    required: Required = {"GET": SIGNED_IN}

    @extend_schema(responses={(200, "text/x-python"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponse:
        """`verify.py`: one file that runs by itself with Python 3.11 or newer."""
        headers = {"Content-Disposition": 'attachment; filename="verify.py"'}
        text = Path(verify.__file__).read_text("utf-8")
        return HttpResponse(text, content_type="text/x-python; charset=utf-8", headers=headers)


def _visible(request: Request) -> QuerySet[Export]:
    mine = Q(user_id=request.user.pk)
    return Export.objects.all() if rights_for(request).holds(MANAGE) else Export.objects.filter(mine)


def found_export(request: Request, export_id: int) -> Export:
    """An export that one may see. Raises NotFound."""
    export = _visible(request).filter(pk=export_id).first()
    if export is None:
        raise NotFound("No such export.")
    return export


def _archive(request: Request, export_id: int) -> tuple[Export, Path]:
    """An export that is done and its archive. Whoever lost the right on one of its cameras does not get it."""
    export = found_export(request, export_id)
    rights = rights_for(request)
    if not all(rights.holds(EXPORT, item["camera"]) for item in export.items):
        raise PermissionDenied("You may no longer export recordings of every camera in it.")
    if any(not item.get("masks") and masks_for(rights, item["camera"], item["start_ms"]) for item in export.items):
        raise PermissionDenied(
            "It shows what lies under a camera's privacy masks, which you may not see; export again."
        )
    if any(not item.get("silent") and not rights.holds(LISTEN, item["camera"]) for item in export.items):
        raise PermissionDenied("It has the sound of a camera that you may not listen to; export again.")
    path = archive_path(exports_folder(), export.pk)
    if export.state != State.DONE:
        raise NotFound(f"The export is not done: it is {export.get_state_display().lower()}.")
    if not path.is_file():
        raise NotFound("The archive is gone from the server's disk; export again.")
    return export, path


def _sent(
    request: Request, path: Path, start: int, size: int, kind: str, export: Export, name: str, *, download: bool
) -> HttpResponseBase:
    part = FilePart(path, start, size)
    etag = f"{export.pk}-{export.finished_ms}-{start}"
    response = range_response(
        request._request, part.source(), content_type=kind, etag=etag, filename=name, download=download
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _items(rights: Rights, rows: list[dict[str, Any]]) -> list[Item]:
    """The items with their cameras' names. Raises ValidationError, NotFound and PermissionDenied as lists do."""
    allowed = dict(cameras_with(rights, EXPORT).values_list("pk", "name"))
    now_ms = SystemClock().wall_ms()
    items = []
    for row in rows:
        camera = row["camera"]
        if camera not in allowed:
            if cameras_with(rights, "camera.view").filter(pk=camera).exists():
                raise PermissionDenied(f"You may not export recordings of camera {camera}.")
            raise NotFound(f"No such camera: {camera}.")
        start_ms, end_ms = required_range(row, LONGEST_MS)
        if start_ms >= now_ms:
            raise ValidationError({"start": ["is in the future: nothing is recorded there yet."]})
        stream = 1 if row["stream"] == "sub" else 0
        items.append(
            Item(camera=camera, name=allowed[camera], stream=stream, start_ms=start_ms, end_ms=min(end_ms, now_ms))
        )
    return items
