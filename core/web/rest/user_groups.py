"""Groups of users, to whom roles are given at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.access.models import UserGroup
from core.access.services import grants_of
from core.access.user_groups import delete_user_group, save_user_group, user_groups
from core.web.rest.conventions import noted
from core.web.rest.describing import extend_schema
from core.web.rest.grants import GrantOutput, found_user_group, grant_body
from core.web.rest.reach import held_by, within_own

Ids = serializers.ListField


class MemberOutput(serializers.Serializer[dict[str, Any]]):
    """A user in a group."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class UserGroupInput(serializers.Serializer[dict[str, Any]]):
    """A named group of users, by id."""

    name = serializers.CharField(max_length=150)
    members = Ids(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=10_000, default=list)


class UserGroupOutput(serializers.Serializer[dict[str, Any]]):
    """A group with its members and roles. directory: slug of the directory that says who is in it, or empty."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    directory = serializers.CharField()
    members = MemberOutput(many=True)
    grants = GrantOutput(many=True)


class UserGroupsOutput(serializers.Serializer[dict[str, Any]]):
    """All groups by name."""

    results = UserGroupOutput(many=True)


class UserGroups(APIView):
    """All groups of users."""

    required: Required = {"GET": "system.users", "POST": "system.users"}
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="user_groups_list", responses=UserGroupsOutput)
    def get(self, request: Request) -> Response:
        """Groups with their members and roles."""
        return Response({"results": [_body(group) for group in user_groups()]})

    @extend_schema(request=UserGroupInput, responses={201: UserGroupOutput})
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Add a group; it has no role at first."""
        form = UserGroupInput(data=request.data)
        form.is_valid(raise_exception=True)
        group = save_user_group(UserGroup(), form.validated_data["name"], form.validated_data["members"])
        noted(request, "user_group.add", f"user_group:{group.pk}", after=_shown(group))
        return Response(_body(found_user_group(group.pk)), status=201)


class OneUserGroup(APIView):
    """One group of users."""

    required: Required = {"GET": "system.users", "PATCH": "system.users", "DELETE": "system.users"}
    fresh = frozenset({"PATCH", "DELETE"})

    @extend_schema(responses=UserGroupOutput)
    def get(self, request: Request, user_group_id: int) -> Response:
        """The group with its members and roles."""
        return Response(_body(found_user_group(user_group_id)))

    @extend_schema(request=UserGroupInput(partial=True), responses=UserGroupOutput)
    @transaction.atomic
    def patch(self, request: Request, user_group_id: int) -> Response:
        """Rename it, or say anew who is in it."""
        group = found_user_group(user_group_id)
        form = UserGroupInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        within_own(request, held_by(group))
        before = _shown(group)
        save_user_group(group, form.validated_data.get("name"), form.validated_data.get("members"))
        group = found_user_group(user_group_id)
        noted(request, "user_group.change", f"user_group:{group.pk}", before=before, after=_shown(group))
        return Response(_body(group))

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, user_group_id: int) -> Response:
        """Forget it and the roles it gave; its members stay."""
        group = found_user_group(user_group_id)
        within_own(request, held_by(group))
        noted(request, "user_group.delete", f"user_group:{group.pk}", before=_shown(group))
        delete_user_group(group)
        return Response(status=204)


def _body(group: UserGroup) -> dict[str, Any]:
    members = sorted(group.members.all(), key=lambda one: one.username)
    return {
        "id": group.pk,
        "name": group.name,
        "directory": group.directory,
        "members": [{"id": one.pk, "username": one.username} for one in members],
        "grants": [grant_body(one) for one in grants_of(group)],
    }


def _shown(group: UserGroup) -> dict[str, Any]:
    """What the audit log keeps of a group."""
    return {"name": group.name, "members": sorted(one.username for one in group.members.all())}
