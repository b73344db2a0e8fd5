"""Signing in and out, who am I, and tickets for websockets."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from core.access.declared import PUBLIC, SIGNED_IN, Required
from core.access.models import ApiToken, User
from core.access.rights import rights_for
from core.system import audit
from core.web.identity import TICKET_SECONDS, ticket
from core.web.rest.conventions import actor, address


class Credentials(serializers.Serializer[dict[str, str]]):
    """What one signs in with."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)


class Me(serializers.Serializer[dict[str, Any]]):
    """Who is signed in; `everywhere` are codenames, `cameras` maps codenames to camera ids."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    everywhere = serializers.ListField(child=serializers.CharField())
    cameras = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField()))


class Ticket(serializers.Serializer[dict[str, Any]]):
    """A ticket, for `?ticket=` of one websocket connection, and the seconds within which it must be used."""

    ticket = serializers.CharField()
    seconds = serializers.IntegerField()


def _me(request: Request, user: User) -> dict[str, Any]:
    rights = rights_for(request)
    return {
        "id": user.pk,
        "username": user.get_username(),
        "everywhere": sorted(rights.everywhere),
        "cameras": {name: sorted(ids) for name, ids in sorted(rights.on_cameras.items())},
    }


class WrongPasswords(ScopedRateThrottle):
    """Limits guesses from one address; a sign-in that succeeds is no guess and is taken back."""

    scope = "sign_in"
    duration: int  # seconds, set by DRF from the rate

    def forgive(self, request: Request, view: APIView) -> None:
        """The newest attempt was right."""
        key = self.get_cache_key(request, view)
        self.cache.set(key, self.cache.get(key, [])[1:], self.duration)


class SignIn(APIView):
    """Begin a session. JSON only, which no foreign page can send without this server's leave."""

    required: Required = {"POST": PUBLIC}
    authentication_classes = ()
    parser_classes = (JSONParser,)
    throttle_classes = (WrongPasswords,)
    throttle_scope = "sign_in"

    def get_throttles(self) -> list[BaseThrottle]:
        """The same throttle for the check before and the forgiving after."""
        self._guesses = WrongPasswords()
        return [self._guesses]

    def get_authenticate_header(self, request: Request) -> str:
        """Makes a refusal a 401: without authenticators DRF would say 403."""
        return "Token"

    @extend_schema(request=Credentials, responses=Me)
    def post(self, request: Request) -> Response:
        """Sign in; the answer sets the session cookie and the CSRF cookie."""
        form = Credentials(data=request.data)
        form.is_valid(raise_exception=True)
        name = form.validated_data["username"]
        user = authenticate(request._request, username=name, password=form.validated_data["password"])
        if not isinstance(user, User):
            audit.record(name, "auth.sign_in_refused", "user:", address=address(request))
            raise AuthenticationFailed("The user name or the password is wrong.")
        self._guesses.forgive(request, self)
        login(request._request, user)
        get_token(request._request)
        request.user = user
        audit.record(name, "auth.sign_in", f"user:{user.pk}", address=address(request))
        return Response(_me(request, user))


class SignOut(APIView):
    """End the session."""

    required: Required = {"POST": SIGNED_IN}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out. Tokens are not touched; they are taken back with `token revoke`."""
        audit.record(actor(request), "auth.sign_out", f"user:{request.user.pk}", address=address(request))
        logout(request._request)
        return Response(status=204)


class WhoAmI(APIView):
    """The signed-in user and what they may do."""

    required: Required = {"GET": SIGNED_IN}

    @extend_schema(responses=Me)
    def get(self, request: Request) -> Response:
        """The user and their permissions."""
        assert isinstance(request.user, User)  # noqa: S101  narrows the type; SIGNED_IN has been checked
        return Response(_me(request, request.user))


class Tickets(APIView):
    """Tickets for websocket clients that can send no header, made with a token."""

    required: Required = {"POST": SIGNED_IN}

    @extend_schema(request=None, responses=Ticket)
    def post(self, request: Request) -> Response:
        """A short-lived ticket of the token that asks. It dies with the token."""
        if not isinstance(request.auth, ApiToken):
            raise ValidationError("Tickets are made with a token; a session needs none, its cookie goes along.")
        return Response({"ticket": ticket(request.auth), "seconds": TICKET_SECONDS})
