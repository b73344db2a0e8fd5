"""Pages of rules: the list, the builder, what became of their actions. They fill themselves over REST v1."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import page, rights_for

TABS = (
    ("rules", _("Rules")),
    ("rules-log", _("Log")),
    ("rule-modes", _("Arm modes")),
    ("rule-kinds", _("Kinds of events")),
)


@page("rule.view")
@require_safe
@ensure_csrf_cookie
def listed(request: HttpRequest) -> HttpResponse:
    """All rules, and what the site is armed as."""
    return _shown(request, "list", may_arm=rights_for(request).holds("site.arm"))


@page("rule.manage")
@require_safe
@ensure_csrf_cookie
def new(request: HttpRequest) -> HttpResponse:
    """Make a rule."""
    return _shown(request, "builder", rule_id="")


@page("rule.view")
@require_safe
@ensure_csrf_cookie
def one(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Read and change a rule."""
    return _shown(request, "builder", rule_id=rule_id)


@page("rule.view")
@require_safe
@ensure_csrf_cookie
def log(request: HttpRequest) -> HttpResponse:
    """What became of the actions of rules."""
    return _shown(request, "log")


@page("rule.view")
@require_safe
@ensure_csrf_cookie
def modes(request: HttpRequest) -> HttpResponse:
    """What the site can be armed as."""
    return _shown(request, "modes", may_arm=rights_for(request).holds("site.arm"))


@page("rule.view")
@require_safe
@ensure_csrf_cookie
def kinds(request: HttpRequest) -> HttpResponse:
    """Kinds of events that other systems send."""
    return _shown(request, "kinds")


def _shown(request: HttpRequest, name: str, **shown: Any) -> HttpResponse:
    tabs = [
        {"url": reverse(address), "title": title, "current": request.path == reverse(address)}
        for address, title in TABS
    ]
    common = {"tabs": tabs, "manages": rights_for(request).holds("rule.manage")}
    return render(request, f"webapp/rules/{name}.html", common | shown)
