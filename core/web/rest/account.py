"""One's own account: how one signs in, password, sessions. For people; tokens are refused."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access import services, tokens
from core.access.declared import SIGNED_IN, Required
from core.access.models import User
from core.access.rights import rights_for
from core.signin import passkeys, recovery, sessions
from core.signin.models import PasswordState
from core.system import audit
from core.system.site import site
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema
from core.web.rest.times import rfc3339
from core.web.speech import said


class PasskeyOutput(serializers.Serializer[dict[str, Any]]):
    """A passkey: its name, the host it is for, when it was made and last used (RFC 3339, or empty)."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    host = serializers.CharField()
    made = serializers.CharField()
    used = serializers.CharField()


class AccountOutput(serializers.Serializer[dict[str, Any]]):
    """One's account. Times are RFC 3339, or empty.

    directory: where the password is kept, empty for here; tokens: how many there are; duties: as at `auth/me/`;
    second_factor_needed: a role asks for one; app: since when codes of an app are asked for; recovery_codes: how many
    are left, null when there never were any; no_passkeys: why none can be made from here, empty when they can.
    """

    username = serializers.CharField()
    directory = serializers.CharField()
    password_changed = serializers.CharField()
    tokens = serializers.IntegerField()
    duties = serializers.ListField(child=serializers.CharField())
    second_factor_needed = serializers.BooleanField()
    app = serializers.CharField()
    passkeys = PasskeyOutput(many=True)
    recovery_codes = serializers.IntegerField(allow_null=True)
    no_passkeys = serializers.CharField()


class PasswordInput(serializers.Serializer[dict[str, Any]]):
    """A new password of one's own. current: not asked for while the one-time password is in use (first steps).

    revoke_tokens: take one's tokens back too; they go on by themselves.
    """

    current = serializers.CharField(
        max_length=256, trim_whitespace=False, write_only=True, default="", allow_blank=True
    )
    new = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)
    revoke_tokens = serializers.BooleanField(default=False)


class SessionOutput(serializers.Serializer[dict[str, Any]]):
    """A session: device in words, address, since when, last used (RFC 3339); current: the one that asks."""

    id = serializers.IntegerField()
    device = serializers.CharField()
    address = serializers.CharField()
    since = serializers.CharField()
    used = serializers.CharField()
    current = serializers.BooleanField()


class SessionsOutput(serializers.Serializer[dict[str, Any]]):
    """Sessions, the last used first."""

    results = SessionOutput(many=True)


class Own(APIView):
    """A route of one's own account."""

    despite_duties = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises PermissionDenied for a token: what it may do is what its owner wanted, and no more."""
        super().initial(request, *args, **kwargs)
        if request.auth is not None:
            raise PermissionDenied("A token may not change how its owner signs in; sign in for that.")


class Account(Own):
    """One's account."""

    required: Required = {"GET": SIGNED_IN}

    @extend_schema(responses=AccountOutput)
    def get(self, request: Request) -> Response:
        """How one signs in."""
        user = person(request)
        state = PasswordState.objects.filter(pk=user.pk).first()
        rows = Authenticator.objects.filter(user=user).order_by("id")
        app = next((row for row in rows if row.type == Authenticator.Type.TOTP), None)
        return Response(
            {
                "username": user.get_username(),
                "directory": user.directory,
                "password_changed": rfc3339(state.changed_ms) if state else "",
                "tokens": tokens.tokens().filter(user=user).count(),
                "duties": sessions.duties(request._request.session),
                "second_factor_needed": sessions.needs_second_factor(user),
                "app": _moment(app.created_at) if app else "",
                "passkeys": [passkey_body(row) for row in rows if row.type == Authenticator.Type.WEBAUTHN],
                "recovery_codes": recovery.left(user),
                "no_passkeys": said(passkeys.why_not(request._request)),
            }
        )


class OwnPassword(Own):
    """One's own password."""

    required: Required = {"POST": SIGNED_IN}

    @extend_schema(request=PasswordInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change it. The session goes on; other sessions of the user end."""
        form = PasswordInput(data=request.data)
        form.is_valid(raise_exception=True)
        user, given = person(request), form.validated_data
        if user.directory:
            raise ValidationError({"new": ["Your password is kept by a directory; change it there."]})
        one_time = site().to_set_up and rights_for(request).holds("system.settings")
        if not one_time and not user.check_password(given["current"]):
            raise ValidationError({"current": ["This is not your password."]})
        self._change(request, user, given["new"], revoke_tokens=given["revoke_tokens"])
        return Response(status=204)

    @transaction.atomic
    def _change(self, request: Request, user: User, new: str, *, revoke_tokens: bool) -> None:
        bare = request._request
        services.change_password(user, new)
        old_key = bare.session.session_key
        update_session_auth_hash(bare, user)
        sessions.moved(bare, old_key)
        sessions.end_all(user, but=bare.session.session_key)
        sessions.renew_duties(bare.session, user)
        if revoke_tokens:
            for token in tokens.tokens().filter(user=user):
                tokens.revoke(token)
        tell(request, "user.password", user, tokens_revoked=revoke_tokens)


class Sessions(Own):
    """One's sessions."""

    required: Required = {"GET": SIGNED_IN, "DELETE": SIGNED_IN}

    @extend_schema(operation_id="own_sessions_list", responses=SessionsOutput)
    def get(self, request: Request) -> Response:
        """Where one is signed in."""
        return Response(sessions_body(person(request), request._request.session.session_key))

    @extend_schema(operation_id="own_sessions_end", responses={204: None})
    def delete(self, request: Request) -> Response:
        """End all but the one that asks."""
        user = person(request)
        ended = sessions.end_all(user, but=request._request.session.session_key)
        tell(request, "auth.session_end", user, sessions=ended)
        return Response(status=204)


class OneSession(Own):
    """One of one's sessions."""

    required: Required = {"DELETE": SIGNED_IN}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        """End it; what is open in it ends within seconds."""
        user = person(request)
        if not sessions.end(user, session_id):
            raise NotFound("No such session.")
        tell(request, "auth.session_end", user, sessions=1)
        return Response(status=204)


def person(request: Request) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)  # noqa: S101  narrows the type; SIGNED_IN has been checked
    return request.user


def tell(request: Request, action: str, user: User, **detail: Any) -> None:
    """Write it into the audit log."""
    audit.record(actor(request), action, f"user:{user.pk}", after=detail, address=address(request))


def sessions_body(user: User, current: str | None = None) -> dict[str, Any]:
    """A user's sessions as SessionsOutput."""
    rows = [
        {
            "id": one.id,
            "device": one.device,
            "address": one.address,
            "since": rfc3339(one.since_ms),
            "used": rfc3339(one.seen_ms),
            "current": one.current,
        }
        for one in sessions.seats(user, current)
    ]
    return {"results": rows}


def passkey_body(row: Authenticator) -> dict[str, Any]:
    """A passkey as PasskeyOutput."""
    return {
        "id": row.pk,
        "name": row.data["name"],
        "host": row.data["host"],
        "made": _moment(row.created_at),
        "used": _moment(row.last_used_at),
    }


def _moment(moment: Any) -> str:
    return rfc3339(round(moment.timestamp() * 1000)) if moment else ""
