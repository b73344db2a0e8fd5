"""Pages declare their permission as REST views do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from core.access.declared import LARGEST_ID, PUBLIC, SIGNED_IN
from core.access.rights import Rights, rights_for

Page = Callable[..., HttpResponse]


def page(required: str, *, somewhere: bool = False) -> Callable[[Page], Page]:
    """Declare what a page takes: a permission held everywhere, SIGNED_IN or PUBLIC. Others are asked to sign in.

    somewhere: holding the permission for one camera is enough; what the page shows is filtered by what it asks.
    A page of one camera (the URL's `camera_id`) is checked for that camera; one that may not be seen is not there.
    """

    def declare(view: Page) -> Page:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if required != PUBLIC and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
                raise Http404("There is nothing with such a number.")
            if required not in (PUBLIC, SIGNED_IN):
                _check(rights_for(request), required, kwargs.get("camera_id"), somewhere=somewhere)
            return view(request, *args, **kwargs)

        guarded.required = {"GET": required}  # type: ignore[attr-defined]  # read by the test that goes through all URLs
        return guarded

    return declare


def _check(rights: Rights, required: str, camera_id: Any, *, somewhere: bool) -> None:
    if camera_id is not None and not rights.holds("camera.view", camera_id):
        raise Http404("No such camera.")
    if not (rights.holds_somewhere(required) if somewhere else rights.holds(required, camera_id)):
        raise PermissionDenied("Your rights do not reach here.")
