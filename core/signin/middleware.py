"""Sessions end in time, and those with something to do first do that first, whatever route is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from core.access.declared import PUBLIC, required_for
from core.access.models import User
from core.signin import sessions

SENTENCES = {
    "password": "Your password must be changed first; do so under Account.",
    "second_factor": "Your role asks for a second factor; set one up under Account first.",
}


class SignedIn:
    """After Django's own authentication. Requests without a session cookie pass without a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out a session whose time is over."""
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if isinstance(user, User) and not sessions.in_use(request.session, user, request):
            sessions.gone(request.session)
            logout(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse what a session with duties may not do yet."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        duties = sessions.duties(request.session)
        if not duties or _open(view, request.method or "GET"):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": SENTENCES[duties[0]], "code": f"must_{duties[0]}"}, status=403)
        return redirect(settings.DUTIES_URL)


def despite_duties(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a page that is open to sessions with duties; REST views say `despite_duties = True`. Outside of `@page`."""
    vars(view)["despite_duties"] = True
    return view


def _open(view: Any, method: str) -> bool:
    declared = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if declared is None:  # a page declares itself once for all methods
        return getattr(view, "despite_duties", False) or required_for(view, "GET") == PUBLIC
    return getattr(declared, "despite_duties", False) or required_for(declared, method) == PUBLIC
