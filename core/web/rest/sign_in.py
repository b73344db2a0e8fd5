"""How people sign in here, for administrators: the policy, who is locked out, and what of others may be ended."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import services
from core.access.declared import Required
from core.access.models import User
from core.signin import flow, lockout, passwords, sessions
from core.signin.policy import SignInPolicy, change_policy, policy
from core.system import audit
from core.web.rest.account import SessionsOutput, sessions_body, tell
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.reach import held_by, within_own
from core.web.rest.times import rfc3339


class PolicyOutput(serializers.Serializer[dict[str, Any]]):
    """The policy, and the JSON Schema of its values."""

    schema = serializers.DictField()
    values = serializers.DictField()


class PolicyInput(serializers.Serializer[dict[str, Any]]):
    """Values to change."""

    values = serializers.DictField()


class LockOutput(serializers.Serializer[dict[str, Any]]):
    """A lock in force until then (RFC 3339). username or address empty: for all of them."""

    username = serializers.CharField()
    address = serializers.CharField()
    until = serializers.CharField()


class LocksOutput(serializers.Serializer[dict[str, Any]]):
    """Locks in force, the newest first."""

    results = LockOutput(many=True)


class LockInput(serializers.Serializer[dict[str, Any]]):
    """Whose wrong attempts to forget: of a user, from an address, or of a user from an address."""

    username = serializers.CharField(max_length=150, default="", allow_blank=True)
    address = serializers.IPAddressField(default="", allow_blank=True)


class UserSignInOutput(serializers.Serializer[dict[str, Any]]):
    """How a user signs in: ways of the second factor, whether the password must be changed, sessions."""

    ways = serializers.ListField(child=serializers.CharField())
    must_change_password = serializers.BooleanField()
    sessions = SessionsOutput()


class Policy(APIView):
    """The policy of signing in."""

    required: Required = {"GET": "system.sign_in", "PATCH": "system.sign_in"}
    fresh = frozenset({"PATCH"})

    @extend_schema(responses=PolicyOutput)
    def get(self, request: Request) -> Response:
        """The policy."""
        return Response(_policy())

    @extend_schema(request=PolicyInput, responses=PolicyOutput)
    def patch(self, request: Request) -> Response:
        """Change what is named."""
        form = PolicyInput(data=request.data)
        form.is_valid(raise_exception=True)
        change_policy(form.validated_data["values"], actor=actor(request), address=address(request))
        return Response(_policy())


class Locks(APIView):
    """Who is locked out."""

    required: Required = {"GET": "system.users", "DELETE": "system.users"}

    @extend_schema(operation_id="locks_list", responses=LocksOutput)
    def get(self, request: Request) -> Response:
        """Locks in force."""
        rows = [one | {"until": rfc3339(round(one["until"].timestamp() * 1000))} for one in lockout.locks()]
        return Response({"results": rows})

    @extend_schema(request=LockInput, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Let them try again."""
        form = LockInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if not any(given.values()):
            raise ValidationError({"username": ["Name a user or an address."]})
        lockout.unlock(**given)
        audit.record(actor(request), "auth.unlock", "user:", after=dict(given), address=address(request))
        return Response(status=204)


class UserSessions(APIView):
    """How another user signs in."""

    required: Required = {"GET": "system.users", "DELETE": "system.users"}

    @extend_schema(responses=UserSignInOutput)
    def get(self, request: Request, user_id: int) -> Response:
        """Their sessions, and whether they have a second factor."""
        user = _found(user_id)
        return Response(
            {
                "ways": flow.ways_of(user),
                "must_change_password": passwords.must_change(user, policy()),
                "sessions": sessions_body(user),
            }
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """End all of their sessions; what is open in them ends within seconds."""
        user = _within_own(request, user_id)
        tell(request, "auth.session_end", user, username=user.username, sessions=sessions.end_all(user))
        return Response(status=204)


class UserSecondFactors(APIView):
    """The second factors of a user who has lost them."""

    required: Required = {"DELETE": "system.users"}
    fresh = frozenset({"DELETE"})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """Remove app, passkeys and recovery codes, and end the user's sessions."""
        user = _within_own(request, user_id)
        with transaction.atomic():
            Authenticator.objects.filter(user=user).delete()
            sessions.end_all(user)
            tell(request, "auth.second_factor_remove", user, username=user.username, kind="all")
        return Response(status=204)


class UserPasswordDue(APIView):
    """A password that somebody else knows."""

    required: Required = {"POST": "system.users"}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, user_id: int) -> Response:
        """Have the user choose another password when they next sign in."""
        user = _within_own(request, user_id)
        if user.directory or not user.has_usable_password():
            raise ValidationError("This user has no password here.")
        with transaction.atomic():
            passwords.demand_change(user)
            tell(request, "auth.password_due", user, username=user.username)
        return Response(status=204)


def _policy() -> dict[str, Any]:
    return {"schema": SignInPolicy.model_json_schema(), "values": policy().model_dump()}


def _found(user_id: int) -> User:
    user = services.user_of(user_id)
    if user is None:
        raise NotFound("No such user.")
    return user


def _within_own(request: Request, user_id: int) -> User:
    """Raises PermissionDenied for who may do more: looking after users is not ruling over administrators."""
    user = _found(user_id)
    within_own(request, held_by(user))
    return user
