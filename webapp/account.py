"""One's own account, and how everybody signs in. The pages fill themselves over REST v1."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import (
    PUBLIC,
    SIGNED_IN,
    despite_duties,
    doorstep,
    entrances,
    page,
    rights_for,
    session_duties,
    site,
)
from webapp.administration import tabs


@page(PUBLIC)
@require_safe
@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in form, which says where the first password is to be found; those who are signed in already go on."""
    if request.user.is_authenticated:
        return redirect("home")
    shown = {
        "first_start": site().to_set_up,
        "doorstep": doorstep(request),
        "entrances": entrances(),
        "next": request.GET.get("next", "/"),
    }
    return render(request, "webapp/sign_in.html", shown)


@despite_duties
@page(SIGNED_IN)
@require_safe
@ensure_csrf_cookie
def account(request: HttpRequest) -> HttpResponse:
    """How one signs in oneself; and what must be done before anything else, where there is something."""
    return render(request, "webapp/account/account.html", {"duties": session_duties(request)})


@page("system.sign_in")
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """How everybody signs in, and who is locked out."""
    unlocks = rights_for(request).holds("system.users")
    return render(request, "webapp/account/policy.html", {"tabs": tabs(request), "unlocks": unlocks})
