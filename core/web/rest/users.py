"""Users, and the roles they are given."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import services
from core.access.declared import Required
from core.access.models import User
from core.access.roles import roles
from core.system import audit
from core.web.rest.conventions import actor, address
from core.web.rest.times import rfc3339


class GrantBody(serializers.Serializer[dict[str, Any]]):
    """A role, on one camera or, with camera null, everywhere."""

    role = serializers.CharField(max_length=64)
    camera = serializers.IntegerField(allow_null=True, default=None, min_value=1)


class UserOutput(serializers.Serializer[dict[str, Any]]):
    """A user and their roles. last_login: RFC 3339 or empty."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    active = serializers.BooleanField()
    last_login = serializers.CharField()
    grants = GrantBody(many=True)


class UsersOutput(serializers.Serializer[dict[str, Any]]):
    """All users by name."""

    results = UserOutput(many=True)


class UserInput(serializers.Serializer[dict[str, Any]]):
    """A user to add, holding these roles everywhere."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)
    roles = serializers.ListField(child=serializers.CharField(max_length=64), default=list)


class UserChange(serializers.Serializer[dict[str, Any]]):
    """What may be changed of a user."""

    active = serializers.BooleanField(required=False)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True, required=False)


class RoleOutput(serializers.Serializer[dict[str, Any]]):
    """A role and the codenames it holds."""

    name = serializers.CharField()
    title = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class RolesOutput(serializers.Serializer[dict[str, Any]]):
    """All roles by name."""

    results = RoleOutput(many=True)


class Users(APIView):
    """All users."""

    required: Required = {"GET": "system.users", "POST": "system.users"}

    @extend_schema(operation_id="users_list", responses=UsersOutput)
    def get(self, request: Request) -> Response:
        """Users with their roles."""
        return Response({"results": [_body(user) for user in services.users()]})

    @extend_schema(request=UserInput, responses={201: UserOutput})
    def post(self, request: Request) -> Response:
        """Add a user."""
        form = UserInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        user = services.add_user(given["username"], given["password"], given["roles"])
        _audit(request, "user.add", user, username=user.username, roles=given["roles"])
        return Response(_body(user), status=201)


class OneUser(APIView):
    """One user."""

    required: Required = {"PATCH": "system.users", "DELETE": "system.users"}

    @extend_schema(request=UserChange, responses=UserOutput)
    def patch(self, request: Request, user_id: int) -> Response:
        """Let the user sign in or no longer, or give them another password."""
        user = _found(user_id)
        form = UserChange(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if "password" in given:
            services.change_password(user, given["password"])
        if "active" in given:
            services.set_active(user, given["active"])
        _audit(request, "user.change", user, changed=sorted(given))
        return Response(_body(user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """Remove the user, with their roles and tokens."""
        user = _found(user_id)
        if user.pk == request.user.pk:
            raise ValidationError("This is you; let another administrator remove you.")
        with transaction.atomic():
            _audit(request, "user.remove", user, username=user.username)
            services.remove_user(user)
        return Response(status=204)


class Grants(APIView):
    """The roles of one user."""

    required: Required = {"POST": "system.users", "DELETE": "system.users"}

    @extend_schema(request=GrantBody, responses=UserOutput)
    def post(self, request: Request, user_id: int) -> Response:
        """Give a role."""
        user, given = _found(user_id), _grant(request)
        services.grant(user, given["role"], given["camera"])
        _audit(request, "user.grant", user, **given)
        return Response(_body(user))

    @extend_schema(request=GrantBody, responses=UserOutput)
    def delete(self, request: Request, user_id: int) -> Response:
        """Take a role back; the body names it as it was given."""
        user, given = _found(user_id), _grant(request)
        services.revoke(user, given["role"], given["camera"])
        _audit(request, "user.revoke", user, **given)
        return Response(_body(user))


class Roles(APIView):
    """All roles."""

    required: Required = {"GET": "system.users"}

    @extend_schema(operation_id="roles_list", responses=RolesOutput)
    def get(self, request: Request) -> Response:
        """Roles and what they hold."""
        rows = [{"name": role.name, "title": role.title, "permissions": role.permissions} for role in roles()]
        return Response({"results": rows})


def _found(user_id: int) -> User:
    user = services.user_of(user_id)
    if user is None:
        raise NotFound("No such user.")
    return user


def _grant(request: Request) -> dict[str, Any]:
    form = GrantBody(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _audit(request: Request, action: str, user: User, **detail: Any) -> None:
    audit.record(actor(request), action, f"user:{user.pk}", after=detail, address=address(request))


def _body(user: User) -> dict[str, Any]:
    last = user.last_login
    return {
        "id": user.pk,
        "username": user.username,
        "active": user.is_active,
        "last_login": rfc3339(round(last.timestamp() * 1000)) if last else "",
        "grants": [
            {"role": one.role.name, "camera": one.camera_id}
            for one in user.grants.select_related("role").order_by("id")
        ],
    }
