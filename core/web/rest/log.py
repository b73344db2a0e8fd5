"""The log of all processes of this machine, as the supervisor keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.configuration import configuration
from core.pluginhost import host
from core.system.journal import LEVELS, Cursor, Line, Wanted, following, last, log_files, parse_cursor
from core.web.ranges import ThreadedSource, range_response
from core.web.rest.describing import extend_schema

MOST = 1000
USUAL = 200
CHUNK = 256 * 1024
PERMISSION = "system.log"
_KNOWN = ("time", "level", "process", "logger", "message", "exc_info", "stack_info", "dropped")


class LogQuery(serializers.Serializer[dict[str, Any]]):
    """Which lines. level: this one or above; logger: how its name begins; text: contained, in any case.

    before, after: a place that an earlier answer named; without them the newest lines.
    """

    level = serializers.ChoiceField(choices=LEVELS, default="", allow_blank=True)
    process = serializers.CharField(max_length=64, default="", allow_blank=True)
    logger = serializers.CharField(max_length=100, default="", allow_blank=True)
    text = serializers.CharField(max_length=200, default="", allow_blank=True, trim_whitespace=False)
    plugin = serializers.CharField(max_length=64, default="", allow_blank=True)
    before = serializers.CharField(max_length=40, default="", allow_blank=True)
    after = serializers.CharField(max_length=40, default="", allow_blank=True)
    page_size = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)


class LogLine(serializers.Serializer[dict[str, Any]]):
    """One record, secrets masked. id: its place; detail: a traceback, or else empty; dropped: how many lines found no
    room before it; more: what else the record says.
    """

    id = serializers.CharField()
    time = serializers.CharField()
    level = serializers.CharField()
    process = serializers.CharField()
    logger = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.CharField()
    dropped = serializers.IntegerField()
    more = serializers.DictField()


class LogOutput(serializers.Serializer[dict[str, Any]]):
    """Lines, oldest first. older: for `before`, null at the beginning of the log; newer: for `after`, null while there
    is no log. A search looks at 4 MiB at a time: it may find nothing yet and still name `older`.
    """

    results = LogLine(many=True)
    older = serializers.CharField(allow_null=True)
    newer = serializers.CharField(allow_null=True)


class Log(APIView):
    """The log."""

    required: Required = {"GET": PERMISSION}

    @extend_schema(operation_id="system_log", parameters=[LogQuery], responses=LogOutput)
    def get(self, request: Request) -> Response:
        """Lines that fit: the newest, those before a place, or those that have followed since."""
        form = LogQuery(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        given = form.validated_data
        wanted = Wanted(given["level"], given["process"], given["logger"], given["text"], _plugin(given["plugin"]))
        before, after = _cursor(given, "before"), _cursor(given, "after")
        if after is not None:
            page = following(directory(), wanted, given["page_size"], after)
        else:
            page = last(directory(), wanted, given["page_size"], before)
        return Response(
            {
                "results": [_body(line) for line in page.lines],
                "older": str(page.older) if page.older else None,
                "newer": str(page.newer) if page.newer else None,
            }
        )


class LogFile(APIView):
    """The log as a file."""

    required: Required = {"GET": PERMISSION}

    @extend_schema(operation_id="system_log_file", responses={(200, "application/jsonl"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponseBase:
        """All that is kept, one JSON record a line, at most 32 MiB."""
        return range_response(
            request, _whole(), content_type="application/jsonl", filename="eyrie-log.jsonl", download=True
        )


def directory() -> Path:
    """Where the supervisor keeps the log."""
    return configuration().data / "log"


def _cursor(given: dict[str, Any], name: str) -> Cursor | None:
    try:
        return parse_cursor(given[name]) if given[name] else None
    except ValueError as error:
        raise ValidationError({name: [f"{error}."]}) from error


def _plugin(name: str) -> tuple[str, str] | None:
    if not name:
        return None
    record = host().plugins.get(name)
    if record is None:
        raise ValidationError({"plugin": [f"There is no plugin {name!r}; GET /api/v1/plugins/ lists them."]})
    return name, record.module or name


def _body(line: Line) -> dict[str, Any]:
    record = line.record
    return {
        "id": str(line.at),
        "time": str(record.get("time", "")),
        "level": str(record.get("level", "INFO")),
        "process": str(record.get("process", "")),
        "logger": str(record.get("logger", "")),
        "message": str(record.get("message", "")),
        "detail": "\n".join(str(record[key]) for key in ("exc_info", "stack_info") if record.get(key)),
        "dropped": int(record.get("dropped", 0)),
        "more": {key: value for key, value in record.items() if key not in _KNOWN},
    }


def _whole() -> ThreadedSource:
    """All files as they are now; what is appended meanwhile is left out, what is removed is read to its end."""
    parts = [(path, path.stat().st_size) for _, path in log_files(directory()) if path.exists()]

    def chunks(start: int, end: int) -> Iterator[bytes]:
        with ExitStack() as stack:
            opened = [(stack.enter_context(path.open("rb")), size) for path, size in parts]
            at = 0
            for file, size in opened:
                first, left = max(start - at, 0), min(end - at, size)
                file.seek(first)
                while first < left and (chunk := file.read(min(CHUNK, left - first))):
                    first += len(chunk)
                    yield chunk
                at += size

    return ThreadedSource(sum(size for _, size in parts), chunks)
