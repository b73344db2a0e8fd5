"""The page about what is encrypted: the way to browsers, and passwords that are stored."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.api.services import page
from webapp.administration import tabs


@page("system.encryption")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The portal's certificate, another one, and the keys of stored passwords."""
    return render(request, "webapp/administration/encryption.html", {"tabs": tabs(request)})
