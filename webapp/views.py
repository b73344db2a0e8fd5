"""The portal's pages: shells that fill themselves through REST v1 and the websocket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import PUBLIC, SIGNED_IN, page


@page(SIGNED_IN)
@require_safe
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """All cameras, live."""
    return render(request, "webapp/home.html")


@page(PUBLIC)
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in form; those who are signed in already go on."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "webapp/sign_in.html")
