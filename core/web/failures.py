"""What unknown addresses, refusals and crashes answer outside the views: JSON below `/api/`, a page elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from core.web.speech import said

_API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request is malformed or too large, or names a host that this server does not answer to."""
    sentence = "The request cannot be understood; check its address, its Host header and its size."
    return _json(request, 400, sentence) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403. reason: why the protection against forged requests refused it, as Django gives it to CSRF_FAILURE_VIEW."""
    sentence = reason or str(exception or "") or "Your rights do not reach here."
    error = exception or PermissionError(sentence)
    return _json(request, 403, sentence) or defaults.permission_denied(request, error)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 of an address that no view has."""
    sentence = "There is nothing at this address; GET /api/v1/docs/ shows what there is."
    return _json(request, 404, sentence) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the log has the details, the client gets none."""
    sentence = "Something went wrong inside Eyrie; its log says what."
    return _json(request, 500, sentence) or defaults.server_error(request)


def _json(request: HttpRequest, status: int, sentence: str) -> HttpResponse | None:
    return JsonResponse({"detail": said(sentence)}, status=status) if request.path_info.startswith(_API) else None
