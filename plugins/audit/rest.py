"""REST below `/api/v1/plugins/audit/`: searching, exporting, and where chain and copies stand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import AuditEntry, SystemClock
from core.api.services import (
    Required,
    audit_actors,
    audit_entries,
    audit_titles,
    camera_names,
    data_directory,
    record_audit,
    said,
    search_audit,
)
from plugins.audit import export
from plugins.audit.chain import waiting
from plugins.audit.following import settings_now, sinks_of
from plugins.audit.forms import (
    AuditChoicesOutput,
    AuditEntriesOutput,
    AuditEntryOutput,
    AuditExportQuery,
    AuditQuery,
    AuditStateOutput,
)
from plugins.audit.models import Checkpoint, Cursor, Head, Link
from plugins.audit.permissions import EXPORT, VIEW
from plugins.audit.records import rfc3339
from plugins.audit.signing import KeyTrouble, Signer, load
from plugins.audit.sinks.delivering import behind

_CLOCK = SystemClock()


class NoKey(APIException):
    """The signing key cannot be used now."""

    status_code = 503
    default_code = "no_key"


class Entries(APIView):
    """The log."""

    required: Required = {"GET": VIEW.codename}

    @extend_schema(operation_id="plugins_audit_entries_search", parameters=[AuditQuery], responses=AuditEntriesOutput)
    def get(self, request: Request) -> Response:
        """Search the log, the newest first. `next` is the `before` to go on with, null at the end."""
        form = AuditQuery(data=_repeated(request))
        form.is_valid(raise_exception=True)
        most = form.validated_data["page_size"]
        rows = search_audit(form.search(), form.validated_data.get("before"), most)
        return Response({"results": _shown(rows), "next": rows[-1].id if len(rows) == most else None})


class OneEntry(APIView):
    """One entry."""

    required: Required = {"GET": VIEW.codename}

    @extend_schema(responses=AuditEntryOutput)
    def get(self, request: Request, entry_id: int) -> Response:
        """What it says, and its place in the chain."""
        rows = audit_entries([entry_id])
        if entry_id not in rows:
            raise NotFound("No such entry; it may have been removed as its time was over.")
        return Response(_shown([rows[entry_id]])[0])


class Choices(APIView):
    """What there is to choose from."""

    required: Required = {"GET": VIEW.codename}

    @extend_schema(responses=AuditChoicesOutput)
    def get(self, request: Request) -> Response:
        """People in the log, acts that are declared, cameras."""
        acts = [{"name": name, "title": title} for name, title in sorted(audit_titles().items())]
        cameras = [{"id": key, "name": name} for key, name in camera_names().items()]
        return Response({"actors": audit_actors(), "actions": acts, "cameras": cameras})


class State(APIView):
    """How things stand."""

    required: Required = {"GET": VIEW.codename}

    @extend_schema(responses=AuditStateOutput)
    def get(self, request: Request) -> Response:
        """How much is chained and signed, what waits, how far the copies are."""
        settings = settings_now()
        first, head = Link.objects.order_by("number").first(), Head.objects.first()
        signed = Checkpoint.objects.order_by("-signed_ms").values_list("signed_ms", flat=True).first()
        names = [sink.name for sink in sinks_of(settings, data_directory())]
        return Response(
            {
                "first": first.number if first else None,
                "since": rfc3339(first.linked_ms) if first else None,
                "last": head.number if head else 0,
                "waiting": waiting()[0],
                "checkpoint": rfc3339(signed) if signed else None,
                "key": _signer().fingerprint,
                "keep_days": settings.keep_days,
                "sinks": [_sink(one) for one in Cursor.objects.filter(sink__in=names).order_by("sink")],
            }
        )


class Key(APIView):
    """The public key."""

    required: Required = {"GET": VIEW.codename}

    @extend_schema(responses={(200, "application/x-pem-file"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponse:
        """In PEM, to verify exports and copies with."""
        headers = {"Content-Disposition": 'attachment; filename="eyrie-audit.pem"'}
        return HttpResponse(_signer().pem, content_type="application/x-pem-file", headers=headers)


class Export(APIView):
    """The log as a file."""

    required: Required = {"GET": EXPORT.codename}

    @extend_schema(
        parameters=[AuditExportQuery],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, "application/jsonl"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """What a search finds, or the whole log: CSV for people, lines of JSON that can be verified.

        `whole` takes no other filter, and is lines of JSON, oldest first.
        """
        form = AuditExportQuery(data=_repeated(request))
        form.is_valid(raise_exception=True)
        kind, whole = form.validated_data["file"], form.validated_data["whole"]
        address = str(request.META.get("REMOTE_ADDR") or "")
        told = {"file": kind, "whole": whole} | form.told()
        record_audit(request.user.get_username(), "audit.export", "audit:", after=told, address=address)
        if kind == "csv":
            return _streamed(export.table(form.search()), "text/csv; charset=utf-8", "csv")
        signer, now = _signer(), _CLOCK.wall_ms()
        lines = export.whole(signer, now) if whole else export.found(signer, now, form.search())
        return _streamed(lines, "application/jsonl", "jsonl")


def _streamed(chunks: Iterator[bytes], content_type: str, suffix: str) -> StreamingHttpResponse:
    """Made at the client's pace, in the request's own thread."""

    async def sent() -> AsyncIterator[bytes]:
        parts = export.pieces(chunks)
        while part := await sync_to_async(lambda: next(parts, b""))():
            yield part

    name = f"eyrie-audit-{rfc3339(_CLOCK.wall_ms())[:10]}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(sent(), content_type=content_type, headers=headers)


def _signer() -> Signer:
    try:
        return load(data_directory())
    except KeyTrouble as error:
        raise NoKey("The signing key of the audit log cannot be used; the pages of System say why.") from error


def _repeated(request: Request) -> dict[str, Any]:
    """Query parameters, with `action` as the list that it may be."""
    asked: dict[str, Any] = {name: request.query_params[name] for name in request.query_params}
    actions = [one for one in request.query_params.getlist("action") if one]
    return asked | ({"action": actions} if actions else {"action": []})


def _shown(rows: list[AuditEntry]) -> list[dict[str, Any]]:
    links = {link.entry_id: link for link in Link.objects.filter(entry_id__in=[row.id for row in rows])}
    named, cameras = audit_titles(), camera_names()
    return [_body(row, links.get(row.id), named, cameras) for row in rows]


def _body(row: AuditEntry, link: Link | None, named: dict[str, str], cameras: dict[int, str]) -> dict[str, Any]:
    kind, _, key = row.target.partition(":")
    name = cameras.get(int(key), "") if kind == "camera" and key.isdecimal() else ""
    return {
        "id": row.id,
        "number": link.number if link else None,
        "time": rfc3339(row.at_ms),
        "actor": row.actor,
        "action": row.action,
        "title": named.get(row.action, row.action),
        "target": row.target,
        "target_name": name,
        "address": row.address,
        "before": row.detail.get("before"),
        "after": row.detail.get("after"),
        "digest": bytes(link.digest).hex() if link else None,
    }


def _sink(cursor: Cursor) -> dict[str, Any]:
    return {
        "name": cursor.sink,
        "behind": behind(cursor),
        "error": said(cursor.error),
        "since": rfc3339(cursor.since_ms) if cursor.since_ms else None,
        "sent": rfc3339(cursor.sent_ms) if cursor.sent_ms else None,
    }
