"""REST below `/api/v1/plugins/webpush/`: each user's own browsers."""

from __future__ import annotations

import hashlib
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import SystemClock
from core.api.outgoing import RefusedAddress, check_url
from core.api.services import SIGNED_IN, Required, record_audit
from plugins.webpush.encryption import BadKeys, browser_key
from plugins.webpush.models import Subscription
from plugins.webpush.vapid import public_key

MOST = 20
"""Browsers a user may have; the oldest goes."""
_CLOCK = SystemClock()


class PushKeyOutput(serializers.Serializer[dict[str, str]]):
    """The key that browsers subscribe with, Base64url."""

    key = serializers.CharField()


class KeysInput(serializers.Serializer[dict[str, str]]):
    """A browser's keys, Base64url (RFC 8291)."""

    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=50)


class SubscriptionInput(serializers.Serializer[dict[str, Any]]):
    """A PushSubscription as browsers write it."""

    endpoint = serializers.CharField(max_length=2000)
    keys = KeysInput()


class EndpointInput(serializers.Serializer[dict[str, Any]]):
    """Which browser."""

    endpoint = serializers.CharField(max_length=2000)


class Key(APIView):
    """What a browser needs to subscribe."""

    required: Required = {"GET": SIGNED_IN}

    @extend_schema(responses=PushKeyOutput)
    def get(self, request: Request) -> Response:
        """This installation's public key."""
        return Response({"key": public_key()})


class Subscriptions(APIView):
    """One's own browsers."""

    required: Required = {"POST": SIGNED_IN, "DELETE": SIGNED_IN}

    @extend_schema(request=SubscriptionInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Notify this browser from now on; one that another user had is this user's then."""
        form = SubscriptionInput(data=request.data)
        form.is_valid(raise_exception=True)
        endpoint, keys = form.validated_data["endpoint"], form.validated_data["keys"]
        _check(endpoint, keys)
        made = {
            "user_id": request.user.pk,
            "endpoint": endpoint,
            **keys,
            "browser": request.headers.get("User-Agent", "")[:200],
            "created_ms": _CLOCK.wall_ms(),
        }
        Subscription.objects.update_or_create(digest=_digest(endpoint), defaults=made)
        old = Subscription.objects.filter(user_id=request.user.pk).order_by("-created_ms", "-pk")[MOST:]
        Subscription.objects.filter(pk__in=[one.pk for one in old]).delete()
        _note(request, "webpush.subscribe", {"browser": made["browser"]})
        return Response(status=204)

    @extend_schema(request=EndpointInput, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Notify this browser no longer."""
        form = EndpointInput(data=request.data)
        form.is_valid(raise_exception=True)
        digest = _digest(form.validated_data["endpoint"])
        if Subscription.objects.filter(user_id=request.user.pk, digest=digest).delete()[0]:
            _note(request, "webpush.unsubscribe", {})
        return Response(status=204)


def _note(request: Request, action: str, after: dict[str, Any]) -> None:
    """For the audit log."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    record_audit(request.user.get_username(), action, f"user:{request.user.pk}", after=after, address=address)


def _check(endpoint: str, keys: dict[str, str]) -> None:
    try:
        parts = check_url(endpoint)
    except RefusedAddress as error:
        raise ValidationError({"endpoint": [str(error)]}) from error
    if parts.scheme != "https":
        raise ValidationError({"endpoint": ["must be an https address."]})
    try:
        browser_key(keys["p256dh"], keys["auth"])
    except BadKeys as error:
        raise ValidationError({"keys": [str(error)]}) from error


def _digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
