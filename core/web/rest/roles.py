"""Roles and the permissions they are made of."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.models import Role
from core.access.roles import add_role, change_role, delete_role, roles
from core.hookspecs.access import PermissionSpec, Scope
from core.pluginhost import host
from core.web.rest.conventions import noted
from core.web.rest.describing import extend_schema
from core.web.rest.reach import given, within_own


class RoleInput(serializers.Serializer[dict[str, Any]]):
    """A role: what it is called, the codenames it holds, and whether who holds it must use a second factor."""

    title = serializers.CharField(max_length=128)
    permissions = serializers.ListField(child=serializers.CharField(max_length=100), max_length=500)
    second_factor = serializers.BooleanField(default=False)


class RoleOutput(serializers.Serializer[dict[str, Any]]):
    """A role. plugin: name of the plugin that brings it, or empty; holders: how many users and groups have it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    title = serializers.CharField()
    builtin = serializers.BooleanField()
    plugin = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    second_factor = serializers.BooleanField()
    holders = serializers.IntegerField()


class RolesOutput(serializers.Serializer[dict[str, Any]]):
    """The built-in roles, then those made here."""

    results = RoleOutput(many=True)


class PermissionOutput(serializers.Serializer[dict[str, Any]]):
    """A permission. scope: `camera` or `system`; provider: `core` or the plugin that declares it."""

    codename = serializers.CharField()
    title = serializers.CharField()
    scope = serializers.ChoiceField([one.value for one in Scope])
    provider = serializers.CharField()


class PermissionsOutput(serializers.Serializer[dict[str, Any]]):
    """All permissions, core's first."""

    results = PermissionOutput(many=True)


class Permissions(APIView):
    """All permissions."""

    required: Required = {"GET": "system.users"}

    @extend_schema(operation_id="permissions_list", responses=PermissionsOutput)
    def get(self, request: Request) -> Response:
        """What roles and tokens can be made of."""
        entries = sorted(host().registry.entries(PermissionSpec), key=lambda one: (one.plugin != "core", one.plugin))
        rows = [
            {
                "codename": one.spec.codename,
                "title": one.spec.title,
                "scope": one.spec.scope.value,
                "provider": one.plugin,
            }
            for one in entries
        ]
        return Response({"results": rows})


class Roles(APIView):
    """All roles."""

    required: Required = {"GET": "system.users", "POST": "system.users"}
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="roles_list", responses=RolesOutput)
    def get(self, request: Request) -> Response:
        """Roles and what they hold."""
        return Response({"results": [_body(role) for role in roles()]})

    @extend_schema(request=RoleInput, responses={201: RoleOutput})
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Make a role."""
        form = RoleInput(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        within_own(request, given(told["permissions"]))
        role = add_role(told["title"], told["permissions"], second_factor=told["second_factor"])
        noted(request, "role.add", f"role:{role.pk}", after=_shown(role))
        return Response(_body(_found(role.pk)), status=201)


class OneRole(APIView):
    """One role."""

    required: Required = {"PATCH": "system.users", "DELETE": "system.users"}
    fresh = frozenset({"PATCH", "DELETE"})

    @extend_schema(request=RoleInput(partial=True), responses=RoleOutput)
    @transaction.atomic
    def patch(self, request: Request, role_id: int) -> Response:
        """Change it; it holds at once for all who have it. Of a built-in role only `second_factor` can change."""
        role = _found(role_id)
        form = RoleInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        before = _shown(role)
        within_own(request, given({*role.permissions, *told.get("permissions", ())}))
        change_role(role, **told)
        noted(request, "role.change", f"role:{role.pk}", before=before, after=_shown(role))
        return Response(_body(_found(role_id)))

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, role_id: int) -> Response:
        """Forget a role that nobody holds."""
        role = _found(role_id)
        within_own(request, given(role.permissions))
        noted(request, "role.delete", f"role:{role.pk}", before=_shown(role))
        delete_role(role)
        return Response(status=204)


def _found(role_id: int) -> Role:
    role = roles().filter(pk=role_id).first()
    if role is None:
        raise NotFound("No such role.")
    return role


def _body(role: Any) -> dict[str, Any]:
    return {
        "id": role.pk,
        "name": role.name,
        "title": role.title,
        "builtin": role.builtin,
        "plugin": role.plugin,
        "permissions": sorted(role.permissions),
        "second_factor": role.second_factor,
        "holders": role.holders,
    }


def _shown(role: Role) -> dict[str, Any]:
    return {"title": role.title, "permissions": sorted(role.permissions), "second_factor": role.second_factor}
