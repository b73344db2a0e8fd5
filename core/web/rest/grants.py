"""Roles that are given to users and to groups of users: where, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import services
from core.access.declared import Required
from core.access.models import Grant, Role, User, UserGroup
from core.access.user_groups import user_groups
from core.media.clock import SystemClock
from core.system import audit
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.reach import role_at, within_own
from core.web.rest.times import REMEDY, rfc3339

_CLOCK = SystemClock()


class GrantInput(serializers.Serializer[dict[str, Any]]):
    """A role, by name: on one camera, on the cameras of a group or, with both null, everywhere.

    expires_at: RFC 3339; null for good.
    """

    role = serializers.CharField(max_length=64)
    camera = serializers.IntegerField(allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    camera_group = serializers.IntegerField(allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    expires_at = serializers.DateTimeField(allow_null=True, default=None, default_timezone=UTC)

    def validate_expires_at(self, moment: datetime | None) -> datetime | None:
        """A time to come."""
        if moment is not None and moment.timestamp() * 1000 <= _CLOCK.wall_ms():
            raise serializers.ValidationError(f"lies in the past; {REMEDY}.")
        return moment


class GrantOutput(serializers.Serializer[dict[str, Any]]):
    """A role that is given, with the names of all that it names. expires_at: RFC 3339 or empty."""

    id = serializers.IntegerField()
    role = serializers.CharField()
    role_title = serializers.CharField()
    camera = serializers.IntegerField(allow_null=True)
    camera_name = serializers.CharField()
    camera_group = serializers.IntegerField(allow_null=True)
    camera_group_name = serializers.CharField()
    expires_at = serializers.CharField()


class GrantsOf(APIView):
    """The roles of a user or a group."""

    required: Required = {"POST": "system.users"}
    fresh = frozenset({"POST"})
    of: ClassVar[str]

    def give(self, request: Request, key: int) -> Response:
        """Give a role; one that is given there already only gets the new end."""
        who = _holder(self.of, key)
        form = GrantInput(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        role = Role.objects.filter(name=told["role"]).first()
        if role is not None:
            within_own(request, role_at(role, told["camera"], told["camera_group"]))
        kept = services.grant(
            who, told["role"], told["camera"], told["expires_at"], camera_group_id=told["camera_group"]
        )
        body = grant_body(kept)
        _audit(request, self.of, "grant", who, body)
        return Response(body, status=201)


class OneGrantOf(APIView):
    """One role of a user or a group."""

    required: Required = {"DELETE": "system.users"}
    fresh = frozenset({"DELETE"})
    of: ClassVar[str]

    def take(self, request: Request, key: int, grant_id: int) -> Response:
        """Take the role back; what is open by it ends within seconds."""
        who = _holder(self.of, key)
        found = who.grants.select_related("role", "camera", "camera_group").filter(pk=grant_id).first()
        if found is None:
            raise NotFound("No such role is given here.")
        within_own(request, role_at(found.role, found.camera_id, found.camera_group_id))
        body = grant_body(found)
        services.revoke(who, found.role.name, found.camera_id, camera_group_id=found.camera_group_id)
        _audit(request, self.of, "revoke", who, body)
        return Response(status=204)


class UserGrants(GrantsOf):
    """The roles of one user."""

    of = "user"

    @extend_schema(operation_id="users_grant", request=GrantInput, responses={201: GrantOutput})
    def post(self, request: Request, user_id: int) -> Response:
        """Give a role; one that is given there already only gets the new end."""
        return self.give(request, user_id)


class OneUserGrant(OneGrantOf):
    """One role of one user."""

    of = "user"

    @extend_schema(operation_id="users_revoke", responses={204: None})
    def delete(self, request: Request, user_id: int, grant_id: int) -> Response:
        """Take it back."""
        return self.take(request, user_id, grant_id)


class UserGroupGrants(GrantsOf):
    """The roles of one group of users."""

    of = "user_group"

    @extend_schema(operation_id="user_groups_grant", request=GrantInput, responses={201: GrantOutput})
    def post(self, request: Request, user_group_id: int) -> Response:
        """Give a role; one that is given there already only gets the new end."""
        return self.give(request, user_group_id)


class OneUserGroupGrant(OneGrantOf):
    """One role of one group of users."""

    of = "user_group"

    @extend_schema(operation_id="user_groups_revoke", responses={204: None})
    def delete(self, request: Request, user_group_id: int, grant_id: int) -> Response:
        """Take it back."""
        return self.take(request, user_group_id, grant_id)


def grant_body(one: Grant) -> dict[str, Any]:
    """A grant as it is told; its role and places should have been read along."""
    return {
        "id": one.pk,
        "role": one.role.name,
        "role_title": one.role.title,
        "camera": one.camera_id,
        "camera_name": one.camera.name if one.camera else "",
        "camera_group": one.camera_group_id,
        "camera_group_name": one.camera_group.name if one.camera_group else "",
        "expires_at": moment(one.expires_at),
    }


def moment(at: datetime | None) -> str:
    """RFC 3339, empty for none."""
    return rfc3339(round(at.timestamp() * 1000)) if at else ""


def found_user(user_id: int) -> User:
    """The user. Raises NotFound."""
    user = services.user_of(user_id)
    if user is None:
        raise NotFound("No such user.")
    return user


def found_user_group(user_group_id: int) -> UserGroup:
    """The group. Raises NotFound."""
    group = user_groups().filter(pk=user_group_id).first()
    if group is None:
        raise NotFound("No such group.")
    return group


def _holder(kind: str, key: int) -> User | UserGroup:
    return found_user(key) if kind == "user" else found_user_group(key)


def _audit(request: Request, kind: str, verb: str, who: User | UserGroup, body: dict[str, Any]) -> None:
    side = "after" if verb == "grant" else "before"
    told: dict[str, Any] = {side: {"name": str(who), **body}}
    audit.record(actor(request), f"{kind}.{verb}", f"{kind}:{who.pk}", address=address(request), **told)
