"""One's own second factors: app, passkeys, recovery codes. For people; tokens are refused."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.declared import SIGNED_IN, Required
from core.access.models import User
from core.signin import flow, passkeys, recovery, sessions, totp
from core.system.site import site
from core.web.rest.account import Own, PasskeyOutput, passkey_body, person, tell
from core.web.rest.auth import PasskeyOptions, passkeys_possible
from core.web.rest.describing import extend_schema

_SECRET = "signin_totp_secret"  # noqa: S105  a key of the session
MOST_PASSKEYS = 20


class AppSecret(serializers.Serializer[dict[str, Any]]):
    """For the authenticator app: the secret to type, the same as `otpauth:` address, and as a picture (SVG)."""

    secret = serializers.CharField()
    uri = serializers.CharField()
    picture = serializers.CharField()


class AppCode(serializers.Serializer[dict[str, Any]]):
    """What the app shows for the new secret."""

    code = serializers.CharField(max_length=16, write_only=True)


class RecoveryOutput(serializers.Serializer[dict[str, Any]]):
    """New recovery codes, shown this once; empty when the ones from before are still good."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class NewPasskey(serializers.Serializer[dict[str, Any]]):
    """What the browser's `navigator.credentials.create` answered, and a name to know it by."""

    name = serializers.CharField(max_length=64)
    passkey = serializers.DictField(write_only=True)


class PasskeyName(serializers.Serializer[dict[str, Any]]):
    """A passkey's name."""

    name = serializers.CharField(max_length=64)


class BeginApp(Own):
    """A secret for an authenticator app."""

    required: Required = {"POST": SIGNED_IN}
    fresh = frozenset({"POST"})

    @extend_schema(request=None, responses=AppSecret)
    def post(self, request: Request) -> Response:
        """A new secret. It is asked for only once its first code has been given."""
        secret = totp.new_secret()
        request._request.session[_SECRET] = secret
        address = totp.uri(secret, person(request).get_username(), site().name or "Eyrie")
        return Response({"secret": secret, "uri": address, "picture": totp.picture(address)})


class App(Own):
    """Codes of an authenticator app."""

    required: Required = {"POST": SIGNED_IN, "DELETE": SIGNED_IN}
    fresh = frozenset({"POST", "DELETE"})

    @extend_schema(request=AppCode, responses=RecoveryOutput)
    def post(self, request: Request) -> Response:
        """Ask for codes of this app from now on; one that was used before is asked for no more."""
        form = AppCode(data=request.data)
        form.is_valid(raise_exception=True)
        user, session = person(request), request._request.session
        secret = session.get(_SECRET)
        if secret is None or not totp.activate(user, secret, form.validated_data["code"]):
            raise ValidationError({"code": ["This is not the app's code; does the device's clock go right?"]})
        del session[_SECRET]
        tell(request, "auth.second_factor_add", user, kind="app")
        return Response({"recovery_codes": _with_second_factor(request, user)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Ask for its codes no more. Not while a role asks for a second factor and there is no other."""
        user = person(request)
        _remove(request, user, Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first())
        return Response(status=204)


class BeginPasskey(Own):
    """What a new passkey has to sign."""

    required: Required = {"POST": SIGNED_IN}
    fresh = frozenset({"POST"})

    @extend_schema(request=None, responses=PasskeyOptions)
    def post(self, request: Request) -> Response:
        """What `navigator.credentials.create` takes."""
        passkeys_possible(request)
        return Response(passkeys.begin_adding(request._request, person(request)))


class Passkeys(Own):
    """One's passkeys; `account/` lists them."""

    required: Required = {"POST": SIGNED_IN}
    fresh = frozenset({"POST"})

    @extend_schema(request=NewPasskey, responses={201: RecoveryOutput})
    def post(self, request: Request) -> Response:
        """Keep a passkey. It signs in without a password, and is a second factor after one."""
        form = NewPasskey(data=request.data)
        form.is_valid(raise_exception=True)
        user, given = person(request), form.validated_data
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
            raise ValidationError({"passkey": [f"There are {MOST_PASSKEYS} passkeys; remove one first."]})
        if passkeys.add(request._request, user, given["passkey"], given["name"]) is None:
            raise ValidationError({"passkey": ["The browser's answer does not fit; begin again."]})
        tell(request, "auth.passkey_add", user, name=given["name"])
        return Response({"recovery_codes": _with_second_factor(request, user)}, status=201)


class OnePasskey(Own):
    """One passkey."""

    required: Required = {"PATCH": SIGNED_IN, "DELETE": SIGNED_IN}
    fresh = frozenset({"DELETE"})

    @extend_schema(request=PasskeyName, responses=PasskeyOutput)
    def patch(self, request: Request, passkey_id: int) -> Response:
        """Rename it."""
        form = PasskeyName(data=request.data)
        form.is_valid(raise_exception=True)
        user = person(request)
        row = _own_passkey(user, passkey_id)
        row.data["name"] = form.validated_data["name"]
        row.save(update_fields=["data"])
        tell(request, "auth.passkey_rename", user, name=row.data["name"])
        return Response(passkey_body(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, passkey_id: int) -> Response:
        """Remove it. Not while a role asks for a second factor and there is no other."""
        user = person(request)
        _remove(request, user, _own_passkey(user, passkey_id))
        return Response(status=204)


class RecoveryCodes(Own):
    """One's recovery codes."""

    required: Required = {"POST": SIGNED_IN}
    fresh = frozenset({"POST"})

    @extend_schema(request=None, responses=RecoveryOutput)
    def post(self, request: Request) -> Response:
        """New ones, and the old ones dead. They cannot be read again."""
        user = person(request)
        if not flow.ways_of(user):
            raise ValidationError("Recovery codes stand in for a second factor; set one up first.")
        tell(request, "auth.recovery_codes", user)
        return Response({"recovery_codes": recovery.renew(user)})


def _with_second_factor(request: Request, user: User) -> list[str]:
    """The session has its second factor now; who had none before gets recovery codes."""
    session = request._request.session
    sessions.proved(session, second=True)
    sessions.renew_duties(session, user)
    return [] if recovery.left(user) else recovery.renew(user)


def _remove(request: Request, user: User, row: Authenticator | None) -> None:
    if row is None:
        raise NotFound("There is none.")
    others = Authenticator.objects.filter(user=user).exclude(pk=row.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if not others.exists():
        if sessions.needs_second_factor(user):
            raise ValidationError("Your role asks for a second factor; set up another one first.")
        Authenticator.objects.filter(user=user).delete()  # recovery codes alone are no second factor
    row.delete()
    kind = {"kind": "app"} if row.type == Authenticator.Type.TOTP else {"kind": "passkey", "name": row.data["name"]}
    tell(request, "auth.second_factor_remove", user, **kind)


def _own_passkey(user: User, passkey_id: int) -> Authenticator:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN, pk=passkey_id).first()
    if row is None:
        raise NotFound("No such passkey.")
    return row
