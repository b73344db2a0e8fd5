"""The live page: the wall."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.api.services import SIGNED_IN, page, rights_for, site


@page(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The wall of live pictures; which cameras it may show is asked for by the page itself.

    At the first start an administrator is taken through the first steps instead.
    """
    rights = rights_for(request)
    if rights.holds("system.settings") and site().to_set_up:
        return redirect("first-steps")
    may = {"may_add": rights.holds("camera.manage"), "may_announce": rights.holds("announcement.manage")}
    return render(request, "webapp/live/page.html", may)
