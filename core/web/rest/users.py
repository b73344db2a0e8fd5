"""Users: people and services; what each of them may do, and why."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import services, user_groups
from core.access.declared import LARGEST_ID, Required
from core.access.effective import effective
from core.access.models import User
from core.access.roles import role_named
from core.web.rest.conventions import noted
from core.web.rest.describing import extend_schema
from core.web.rest.grants import GrantOutput, found_user, grant_body, moment
from core.web.rest.reach import held_by, role_at, within_own


class MembershipOutput(serializers.Serializer[dict[str, Any]]):
    """A group that a user is in. directory: slug of the directory that says so, or empty."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    directory = serializers.CharField()


class UserOutput(serializers.Serializer[dict[str, Any]]):
    """A user with their groups and their own roles.

    directory: slug of the directory that knows them, empty for a user of our own; is_service: an account of another
    system, which has tokens and no password. last_login: RFC 3339 or empty.
    """

    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()
    email = serializers.CharField()
    active = serializers.BooleanField()
    directory = serializers.CharField()
    is_service = serializers.BooleanField()
    last_login = serializers.CharField()
    groups = MembershipOutput(many=True)
    grants = GrantOutput(many=True)


class UsersOutput(serializers.Serializer[dict[str, Any]]):
    """All users by name."""

    results = UserOutput(many=True)


class UserInput(serializers.Serializer[dict[str, Any]]):
    """A user to add, holding these roles everywhere; a service has no password."""

    username = serializers.CharField(max_length=150)
    full_name = serializers.CharField(max_length=150, allow_blank=True, default="")
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True, required=False)
    is_service = serializers.BooleanField(default=False)
    roles = serializers.ListField(child=serializers.CharField(max_length=64), default=list, max_length=100)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """People need a password."""
        if not given["is_service"] and "password" not in given:
            raise serializers.ValidationError({"password": ["give one; only service accounts have none."]})
        return given


class UserChange(serializers.Serializer[dict[str, Any]]):
    """What may be changed of a user. groups: ids of all of our own groups that they are to be in."""

    active = serializers.BooleanField(required=False)
    full_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True, required=False)
    groups = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), required=False, max_length=1000
    )


class HeldOutput(GrantOutput):
    """A role in force. group: the group of users through which it is held, empty where it is the user's own."""

    group = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class CameraHeldOutput(serializers.Serializer[dict[str, Any]]):
    """A camera, the roles that reach it (places in the list of roles), and what a plugin refuses all the same."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.IntegerField())
    refused = serializers.ListField(child=serializers.CharField())


class EffectiveOutput(serializers.Serializer[dict[str, Any]]):
    """What a user may do now and why: roles in force, and which of them reach which camera."""

    active = serializers.BooleanField()
    roles = HeldOutput(many=True)
    cameras = CameraHeldOutput(many=True)
    refused = serializers.ListField(child=serializers.CharField())


class Users(APIView):
    """All users."""

    required: Required = {"GET": "system.users", "POST": "system.users"}
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="users_list", responses=UsersOutput)
    def get(self, request: Request) -> Response:
        """Users with their groups and roles."""
        return Response({"results": [user_body(user) for user in services.users()]})

    @extend_schema(request=UserInput, responses={201: UserOutput})
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Add a user."""
        form = UserInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        within_own(request, *(role_at(role_named(name), None, None) for name in given["roles"]))
        user = services.add_user(
            given["username"], given.get("password"), given["roles"], is_service=given["is_service"]
        )
        services.describe_user(user, given["full_name"], given["email"])
        _audit(request, "user.add", user, after={"roles": given["roles"], "is_service": user.is_service})
        return Response(user_body(user), status=201)


class OneUser(APIView):
    """One user."""

    required: Required = {"GET": "system.users", "PATCH": "system.users", "DELETE": "system.users"}
    fresh = frozenset({"PATCH", "DELETE"})

    @extend_schema(responses=UserOutput)
    def get(self, request: Request, user_id: int) -> Response:
        """The user with their groups and roles."""
        return Response(user_body(found_user(user_id)))

    @extend_schema(request=UserChange, responses=UserOutput)
    @transaction.atomic
    def patch(self, request: Request, user_id: int) -> Response:
        """Switch the user off or on, put them into groups, or give them another password or name."""
        user = found_user(user_id)
        form = UserChange(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        within_own(request, held_by(user))
        before = _shown(user)
        if "password" in given:
            services.change_password(user, given["password"])
        if "full_name" in given or "email" in given:
            services.describe_user(user, given.get("full_name"), given.get("email"))
        if "groups" in given:
            user_groups.set_groups_of(user, given["groups"])
            within_own(request, held_by(user))
        if "active" in given:
            services.set_active(user, given["active"])
        changed = {"password": "changed"} if "password" in given else {}
        _audit(request, "user.change", user, before=before, after={**_shown(user), **changed})
        return Response(user_body(found_user(user_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """Remove the user, with their roles and tokens."""
        user = found_user(user_id)
        if user.pk == request.user.pk:
            raise ValidationError("This is you; let another administrator remove you.")
        within_own(request, held_by(user))
        with transaction.atomic():
            _audit(request, "user.remove", user, before=_shown(user))
            services.remove_user(user)
        return Response(status=204)


class Effective(APIView):
    """What one user may do."""

    required: Required = {"GET": "system.users"}

    @extend_schema(operation_id="users_rights", responses=EffectiveOutput)
    def get(self, request: Request, user_id: int) -> Response:
        """What the user may do now, on which camera, and through which role: nothing while they are switched off."""
        user = found_user(user_id)
        found = effective(user)
        roles = [
            {
                **grant_body(one),
                "group": one.group.name if one.group else "",
                "permissions": sorted(one.role.permissions),
            }
            for one in found.grants
        ]
        cameras = [
            {"id": one.id, "name": one.name, "roles": one.grants, "refused": one.refused} for one in found.cameras
        ]
        body = {"active": user.is_active, "roles": roles, "cameras": cameras, "refused": found.refused}
        return Response(body)


def user_body(user: User) -> dict[str, Any]:
    """A user as they are told."""
    return {
        "id": user.pk,
        "username": user.username,
        "full_name": user.get_full_name(),
        "email": user.email,
        "active": user.is_active,
        "directory": user.directory,
        "is_service": user.is_service,
        "last_login": moment(user.last_login),
        "groups": [{"id": one.pk, "name": one.name, "directory": one.directory} for one in user.user_groups.all()],
        "grants": [grant_body(one) for one in services.grants_of(user)],
    }


def _shown(user: User) -> dict[str, Any]:
    """What the audit log keeps of a user."""
    return {
        "username": user.username,
        "full_name": user.get_full_name(),
        "email": user.email,
        "active": user.is_active,
        "groups": sorted(one.name for one in user.user_groups.all()),
    }


def _audit(
    request: Request,
    action: str,
    user: User,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """With the user's name on both sides: who reads it later may not find the user any more."""
    name = {"username": user.username}
    noted(request, action, f"user:{user.pk}", before and name | before, after and name | after)
