"""API tokens of people and of service accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import tokens
from core.access.declared import Required
from core.access.models import ApiToken, User
from core.access.tokens import LIFETIME, LONGEST_OVERLAP, Reach
from core.media.clock import SystemClock
from core.web.rest.conventions import noted
from core.web.rest.describing import extend_schema
from core.web.rest.grants import found_user, moment
from core.web.rest.reach import held_by, within_own
from core.web.rest.times import REMEDY

HOURS = 3600
_CLOCK = SystemClock()


class TokenReach(serializers.Serializer[dict[str, Any]]):
    """A token's name and limits. permissions, cameras: null for no limit; networks: none for everywhere (CIDR).

    A token limited to cameras has functions of the whole system only where it names them.
    """

    name = serializers.CharField(max_length=100)
    permissions = serializers.ListField(
        child=serializers.CharField(max_length=100), allow_null=True, default=None, max_length=500
    )
    cameras = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        allow_null=True,
        default=None,
        max_length=10_000,
    )
    networks = serializers.ListField(child=serializers.CharField(max_length=60), default=list, max_length=50)
    expires_at = serializers.DateTimeField(allow_null=True, required=False, default_timezone=UTC)

    def validate_expires_at(self, at: datetime | None) -> datetime | None:
        """A time to come."""
        if at is not None and at.timestamp() * 1000 <= _CLOCK.wall_ms():
            raise serializers.ValidationError(f"lies in the past; {REMEDY}.")
        return at


class TokenInput(TokenReach):
    """A token to make for a user. expires_at: RFC 3339; null for good, a year without it."""

    user = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class TokenOutput(serializers.Serializer[dict[str, Any]]):
    """A token. begins: the first characters of its secret; former_until: how long the secret before it is good yet.

    expires_at, last_used_at, former_until: RFC 3339 or empty.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    user = serializers.IntegerField()
    username = serializers.CharField()
    is_service = serializers.BooleanField()
    begins = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField(), allow_null=True)
    cameras = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    networks = serializers.ListField(child=serializers.CharField())
    created_at = serializers.CharField()
    expires_at = serializers.CharField()
    expired = serializers.BooleanField()
    owner_active = serializers.BooleanField()
    former_until = serializers.CharField()
    last_used_at = serializers.CharField()
    last_address = serializers.CharField()


class NewTokenOutput(TokenOutput):
    """A token with its secret, which is shown this once."""

    secret = serializers.CharField()


class TokensOutput(serializers.Serializer[dict[str, Any]]):
    """All tokens by owner and name."""

    results = TokenOutput(many=True)


class RotationInput(serializers.Serializer[dict[str, Any]]):
    """For how many hours the old secret is good yet."""

    overlap_hours = serializers.IntegerField(
        min_value=0, max_value=int(LONGEST_OVERLAP.total_seconds()) // HOURS, default=24
    )


class Tokens(APIView):
    """All tokens."""

    required: Required = {"GET": "system.users", "POST": "system.users"}
    fresh = frozenset({"POST"})

    @extend_schema(operation_id="tokens_list", responses=TokensOutput)
    def get(self, request: Request) -> Response:
        """Tokens, without their secrets."""
        return Response({"results": [_body(row) for row in tokens.tokens()]})

    @extend_schema(request=TokenInput, responses={201: NewTokenOutput})
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Make a token; the answer holds its secret, which cannot be shown again."""
        form = TokenInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        user = found_user(given["user"])
        within_own(request, _reach_of(user, None))
        issued = tokens.issue(user, given["name"], _reach(given), lifetime=_lifetime(given))
        noted(request, "token.add", f"token:{issued.token.pk}", after=_shown(issued.token))
        return Response({**_body(issued.token), "secret": issued.secret}, status=201)


class OneToken(APIView):
    """One token."""

    required: Required = {"PUT": "system.users", "DELETE": "system.users"}
    fresh = frozenset({"PUT"})

    @extend_schema(request=TokenReach, responses=TokenOutput)
    @transaction.atomic
    def put(self, request: Request, token_id: int) -> Response:
        """Rename it or limit it anew; it holds from the next use on. Without `expires_at` its end stays."""
        row = _found(token_id)
        form = TokenReach(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        within_own(request, _reach_of(row.user, None))
        before = _shown(row)
        expires_at = given.get("expires_at", row.secret.expiry)
        tokens.change(row, name=given["name"], reach=_reach(given), expires_at=expires_at)
        noted(request, "token.change", f"token:{row.pk}", before=before, after=_shown(row))
        return Response(_body(row))

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, token_id: int) -> Response:
        """Take it back; what is open with it ends within seconds."""
        row = _found(token_id)
        noted(request, "token.remove", f"token:{row.pk}", before=_shown(row))
        tokens.revoke(row)
        return Response(status=204)


class Rotate(APIView):
    """A new secret for a token."""

    required: Required = {"POST": "system.users"}
    fresh = frozenset({"POST"})

    @extend_schema(request=RotationInput, responses=NewTokenOutput)
    @transaction.atomic
    def post(self, request: Request, token_id: int) -> Response:
        """The new secret is shown this once; the old one is good for the hours that are asked for."""
        row = _found(token_id)
        form = RotationInput(data=request.data)
        form.is_valid(raise_exception=True)
        hours = form.validated_data["overlap_hours"]
        within_own(request, _reach_of(row.user, row))
        issued = tokens.rotate(row, timedelta(hours=hours))
        noted(request, "token.rotate", f"token:{row.pk}", after={**_shown(row), "overlap_hours": hours})
        return Response({**_body(issued.token), "secret": issued.secret})


def _found(token_id: int) -> ApiToken:
    row = tokens.tokens().filter(pk=token_id).first()
    if row is None:
        raise NotFound("No such token.")
    return row


def _reach_of(user: User, row: ApiToken | None) -> Any:
    """What the owner of a token, or the token, reaches: its secret is shown to who asks."""
    rights = held_by(user)
    return rights if row is None else rights.limited_to(row)


def _reach(given: dict[str, Any]) -> Reach:
    return Reach(given["permissions"], given["cameras"], given["networks"])


def _lifetime(given: dict[str, Any]) -> timedelta | None:
    """A year unless it is said otherwise."""
    if "expires_at" not in given:
        return LIFETIME
    at = given["expires_at"]
    return None if at is None else at - datetime.fromtimestamp(_CLOCK.wall_ms() / 1000, UTC)


def _body(row: ApiToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "user": row.user_id,
        "username": row.user.username,
        "is_service": row.user.is_service,
        "begins": row.secret.token_key,
        "permissions": row.permissions,
        "cameras": row.cameras,
        "networks": row.networks,
        "created_at": moment(row.created_at),
        "expires_at": moment(row.secret.expiry),
        "expired": _is_over(row.secret.expiry),
        "owner_active": row.user.is_active,
        "former_until": "" if row.former is None or _is_over(row.former.expiry) else moment(row.former.expiry),
        "last_used_at": moment(row.last_used_at),
        "last_address": row.last_address,
    }


def _is_over(at: datetime | None) -> bool:
    return at is not None and at.timestamp() * 1000 <= _CLOCK.wall_ms()


def _shown(row: ApiToken) -> dict[str, Any]:
    """What the audit log keeps of a token."""
    return {
        "name": row.name,
        "user": row.user.username,
        "permissions": row.permissions,
        "cameras": row.cameras,
        "networks": row.networks,
        "expires_at": moment(row.secret.expiry),
    }
