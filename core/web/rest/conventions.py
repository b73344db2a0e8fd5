"""What all of REST v1 shares: pages, error bodies, who asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.access.services import AccessError
from core.cameras.drivers import CameraError
from core.events.external import DeclarationError
from core.recording.volumes import VolumeError
from core.rules.arming import ModeError
from core.rules.checking import RuleError
from core.signin.policy import PolicyError
from core.system import audit
from core.system.plugin_settings import SettingsError
from core.system.site import SiteError
from core.web.speech import everything_said

_BY_FIELD = (
    CameraError | DeclarationError | ModeError | PolicyError | RuleError | SettingsError | SiteError | VolumeError
)


class Pages(PageNumberPagination):
    """`?page=&page_size=`; body `{count, next, previous, results}`."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class NewestFirst(CursorPagination):
    """`?cursor=` for what grows at the front; body `{next, previous, results}`."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = ("-start_ms", "-id")


class RecorderSilent(APIException):
    """A recorder process does not answer: it is being restarted, or the camera sends nothing."""

    status_code = 503
    default_detail = "The recorder does not answer; try again in a few seconds."
    default_code = "recorder_silent"


def on_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with the errors of our domains as 400 by field, in the reader's language."""
    if isinstance(error, _BY_FIELD):
        error = ValidationError(error.fields)
    if isinstance(error, AccessError):
        field, _, sentence = str(error).partition(": ")
        error = ValidationError({field: [sentence]})
    response = exception_handler(error, context)
    if response is not None:
        response.data = everything_said(response.data)
    return response


def actor(request: Request) -> str:
    """The name the audit log gets."""
    return request.user.get_username() or "anonymous"


def noted(request: Request, action: str, target: str, before: audit.Side = None, after: audit.Side = None) -> None:
    """Write down who did what; in the transaction of the deed where there is one."""
    audit.record(actor(request), action, target, before=before, after=after, address=address(request))


def address(request: Request | HttpRequest) -> str:
    """The client's address as core.web.proxies settled it: behind a trusted proxy the one the proxy names."""
    return str(request.META.get("REMOTE_ADDR") or "")


def integers(request: Request, name: str) -> list[int]:
    """A repeatable query parameter, as `camera=1&camera=2` or `camera=1,2`."""
    parts = [part for text in request.query_params.getlist(name) for part in text.split(",") if part]
    try:
        found = [int(part) for part in parts]
    except ValueError:
        raise ValidationError({name: [f"{','.join(parts)!r} is no id; give whole numbers."]}) from None
    if any(not 0 < value < 2**63 for value in found):
        raise ValidationError({name: ["is out of range; give ids as GET /api/v1/cameras/ lists them."]})
    return list(dict.fromkeys(found))


def whole_number(request: Request, name: str, usual: int | None, least: int, most: int) -> int:
    """A query parameter between two numbers; `usual` without it, or an error when that is None."""
    text = request.query_params.get(name, "")
    if not text and usual is not None:
        return usual
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        wrong = f"{text[:20]!r} will not do" if text else "is missing"
        raise ValidationError({name: [f"{wrong}; give a whole number from {least} to {most}."]})
    return int(text)
