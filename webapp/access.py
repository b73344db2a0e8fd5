"""Pages of users, their groups, roles and tokens. They fill themselves over REST v1, which checks each right again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.api.services import page, user_group_of, user_of
from webapp.administration import tabs

PERMISSION = "system.users"
SECTIONS = (
    ("system-users", _("Users")),
    ("system-user-groups", _("Groups")),
    ("system-roles", _("Roles")),
    ("system-tokens", _("Services and tokens")),
)


@page(PERMISSION)
@require_safe
@ensure_csrf_cookie
def users(request: HttpRequest) -> HttpResponse:
    """All users, their groups and roles."""
    return _shown(request, "users", "system-users")


@page(PERMISSION)
@require_safe
@ensure_csrf_cookie
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One user: roles and where, groups, what they may do and why, signing in."""
    found = user_of(user_id)
    if found is None:
        raise Http404("No such user.")
    return _shown(request, "user", "system-users", shown=found)


@page(PERMISSION)
@require_safe
@ensure_csrf_cookie
def groups(request: HttpRequest) -> HttpResponse:
    """All groups of users."""
    return _shown(request, "groups", "system-user-groups")


@page(PERMISSION)
@require_safe
@ensure_csrf_cookie
def group(request: HttpRequest, user_group_id: int) -> HttpResponse:
    """One group: who is in it, and the roles it gives."""
    found = user_group_of(user_group_id)
    if found is None:
        raise Http404("No such group.")
    return _shown(request, "group", "system-user-groups", shown=found)


@page(PERMISSION)
@require_safe
@ensure_csrf_cookie
def roles(request: HttpRequest) -> HttpResponse:
    """All roles, and what they are made of."""
    return _shown(request, "roles", "system-roles")


@page(PERMISSION)
@require_safe
@ensure_csrf_cookie
def tokens(request: HttpRequest) -> HttpResponse:
    """Service accounts, and the tokens of all users."""
    return _shown(request, "tokens", "system-tokens")


def _shown(request: HttpRequest, name: str, section: str, **shown: Any) -> HttpResponse:
    sections = [{"url": reverse(one), "title": title, "current": one == section} for one, title in SECTIONS]
    context = {"tabs": tabs(request), "sections": sections, **shown}
    return render(request, f"webapp/access/{name}.html", context)
