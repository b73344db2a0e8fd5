"""Signing in and out, showing again who one is, who am I, and tickets for websockets."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from rest_framework import serializers
from rest_framework.exceptions import APIException, AuthenticationFailed, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from core.access.declared import PUBLIC, SIGNED_IN, Required
from core.access.models import ApiToken, User
from core.access.rights import rights_for
from core.signin import flow, passkeys, sessions
from core.signin.fresh import is_fresh
from core.system import audit
from core.system.site import site
from core.web.identity import TICKET_SECONDS, ticket
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema


class Credentials(serializers.Serializer[dict[str, str]]):
    """What one signs in with."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)


class Me(serializers.Serializer[dict[str, Any]]):
    """Who is signed in; `everywhere` are codenames, `cameras` maps codenames to camera ids.

    duties: what must be done before anything else, of "password" (change it) and "second_factor" (set one up).
    """

    id = serializers.IntegerField()
    username = serializers.CharField()
    everywhere = serializers.ListField(child=serializers.CharField())
    cameras = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField()))
    duties = serializers.ListField(child=serializers.CharField())


class NextStep(serializers.Serializer[dict[str, Any]]):
    """The password was right and a second factor is due within five minutes, by one of `ways`.

    Of "code" (of the app) and "recovery", at `auth/login/code/`, and "passkey", at `auth/login/passkey/`.
    """

    ways = serializers.ListField(child=serializers.CharField())


class Code(serializers.Serializer[dict[str, str]]):
    """Six digits of the app, or a recovery code."""

    code = serializers.CharField(max_length=64, write_only=True)


class PasskeyAnswer(serializers.Serializer[dict[str, Any]]):
    """What the browser's `navigator.credentials` answered, as its `toJSON` writes it."""

    passkey = serializers.DictField(write_only=True)


class PasskeyOptions(serializers.Serializer[dict[str, Any]]):
    """What `PublicKeyCredential.parse…OptionsFromJSON` takes."""

    publicKey = serializers.DictField()  # the name that WebAuthn gives it


class Proof(serializers.Serializer[dict[str, Any]]):
    """One of the three."""

    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True, default="")
    code = serializers.CharField(max_length=64, write_only=True, default="")
    passkey = serializers.DictField(write_only=True, default=None, allow_null=True)


class ProofWays(serializers.Serializer[dict[str, Any]]):
    """fresh: nothing is asked at present; ways: of "password", "code", "recovery" and "passkey"."""

    fresh = serializers.BooleanField()
    ways = serializers.ListField(child=serializers.CharField())


class Ticket(serializers.Serializer[dict[str, Any]]):
    """A ticket, for `?ticket=` of one websocket connection, and the seconds within which it must be used."""

    ticket = serializers.CharField()
    seconds = serializers.IntegerField()


class LockedOut(APIException):
    """Too many wrong attempts. The answer says when the next one is looked at, also as `Retry-After`."""

    status_code = 429
    default_code = "locked"

    def __init__(self, sentence: str, until: datetime) -> None:
        super().__init__({"detail": sentence, "code": self.default_code})
        self.wait = max(1, round(until.timestamp() - time.time()))


def _me(request: Request, user: User) -> dict[str, Any]:
    rights = rights_for(request)
    return {
        "id": user.pk,
        "username": user.get_username(),
        "everywhere": sorted(rights.everywhere),
        "cameras": {name: sorted(ids) for name, ids in sorted(rights.on_cameras.items())},
        "duties": [] if request.auth is not None else sessions.duties(request._request.session),
    }


class WrongPasswords(ScopedRateThrottle):
    """Limits guesses from one address; a sign-in that succeeds is no guess and is taken back."""

    scope = "sign_in"
    duration: int  # seconds, set by DRF from the rate

    def forgive(self, request: Request, view: APIView) -> None:
        """The newest attempt was right."""
        key = self.get_cache_key(request, view)
        self.cache.set(key, self.cache.get(key, [])[1:], self.duration)


class Door(APIView):
    """What all steps of signing in share: guesses are few, and JSON only, which no foreign page can send."""

    parser_classes = (JSONParser,)
    throttle_scope = "sign_in"

    def get_throttles(self) -> list[BaseThrottle]:
        """The same throttle for the check before and the forgiving after."""
        self._guesses = WrongPasswords()
        return [self._guesses]

    def attempt(self, request: Request, step: Callable[[], Any]) -> Any:
        """What the step returns. Raises AuthenticationFailed and LockedOut with what it refuses."""
        try:
            done = step()
        except flow.LockedError as error:
            told = error.until.astimezone(ZoneInfo(site().time_zone)).strftime("%H:%M:%S")
            raise LockedOut(f"Too many wrong attempts; the next one is looked at after {told}.", error.until) from error
        except flow.WrongError as error:
            raise AuthenticationFailed(str(error)) from error
        self._guesses.forgive(request, self)
        return done


class Entrance(Door):
    """A step whose session belongs to nobody yet."""

    authentication_classes = ()

    def get_authenticate_header(self, request: Request) -> str:
        """Makes a refusal a 401: without authenticators DRF would say 403."""
        return "Token"

    def step(self, request: Request, step: Callable[[], flow.Step]) -> Response:
        """The user, who is signed in now; or how the next step may be taken."""
        reached: flow.Step = self.attempt(request, step)
        if reached.user is None:
            return Response({"ways": reached.ways}, status=202)
        request.user = reached.user
        return Response(_me(request, reached.user))


class SignIn(Entrance):
    """Begin a session."""

    required: Required = {"POST": PUBLIC}

    @extend_schema(request=Credentials, responses={200: Me, 202: NextStep})
    def post(self, request: Request) -> Response:
        """Sign in; the answer sets the session cookie and the CSRF cookie. 202: a second factor is due."""
        form = Credentials(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        return self.step(request, lambda: flow.with_password(request._request, given["username"], given["password"]))


class SecondStep(Entrance):
    """The second factor by a code."""

    required: Required = {"POST": PUBLIC}

    @extend_schema(request=Code, responses=Me)
    def post(self, request: Request) -> Response:
        """Finish a sign-in that waits for its second factor. A code is good once."""
        form = Code(data=request.data)
        form.is_valid(raise_exception=True)
        return self.step(request, lambda: flow.with_code(request._request, form.validated_data["code"]))


class PasskeyBegin(Entrance):
    """What a passkey has to sign."""

    required: Required = {"POST": PUBLIC}

    @extend_schema(request=None, responses=PasskeyOptions)
    def post(self, request: Request) -> Response:
        """Begin with a passkey: as the second factor where one is waited for, else without a name and a password."""
        passkeys_possible(request)
        waiting = flow.waiting_for(request._request)
        options = passkeys.begin_using(request._request, waiting[0] if waiting else None)
        if waiting is None:
            request._request.session.set_expiry(300)  # seconds; it belongs to nobody
        return Response(options)


class Passkey(Entrance):
    """Signing in with a passkey."""

    required: Required = {"POST": PUBLIC}

    @extend_schema(request=PasskeyAnswer, responses=Me)
    def post(self, request: Request) -> Response:
        """Sign in with what the passkey signed."""
        form = PasskeyAnswer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.step(request, lambda: flow.with_passkey(request._request, form.validated_data["passkey"]))


class FreshSignIn(Door):
    """Showing again who one is, which dangerous acts ask for ten minutes after the last time."""

    required: Required = {"GET": SIGNED_IN, "POST": SIGNED_IN}
    despite_duties = True

    def get_throttles(self) -> list[BaseThrottle]:
        """Only proofs are guesses."""
        return super().get_throttles() if self.request.method == "POST" else []

    @extend_schema(responses=ProofWays)
    def get(self, request: Request) -> Response:
        """How one can show it."""
        user = _person(request)
        by_password = ("password",) if user.has_usable_password() or user.directory else ()
        fresh = is_fresh(request._request.session)
        return Response({"fresh": fresh, "ways": [*by_password, *flow.ways_of(user)]})

    @extend_schema(request=Proof, responses=Me)
    def post(self, request: Request) -> Response:
        """Show it. A second factor counts for the session from now on."""
        user, form = _person(request), Proof(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        if not any(given.values()):
            raise ValidationError({"password": ["Give your password, a code or a passkey."]})
        bare = request._request
        second = self.attempt(
            request,
            lambda: flow.prove(bare, user, password=given["password"], code=given["code"], answer=given["passkey"]),
        )
        sessions.proved(bare.session, second=second)
        sessions.renew_duties(bare.session, user)
        audit.record(actor(request), "auth.fresh", f"user:{user.pk}", address=address(request))
        return Response(_me(request, user))


class FreshPasskey(APIView):
    """What one's own passkey has to sign."""

    required: Required = {"POST": SIGNED_IN}
    despite_duties = True

    @extend_schema(request=None, responses=PasskeyOptions)
    def post(self, request: Request) -> Response:
        """Begin with one of one's own passkeys."""
        user = _person(request)
        passkeys_possible(request)
        return Response(passkeys.begin_using(request._request, user))


class SignOut(APIView):
    """End the session."""

    required: Required = {"POST": SIGNED_IN}
    despite_duties = True

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Sign out. Tokens are not touched; they are taken back with `token revoke`."""
        audit.record(actor(request), "auth.sign_out", f"user:{request.user.pk}", address=address(request))
        logout(request._request)
        return Response(status=204)


class WhoAmI(APIView):
    """The signed-in user and what they may do."""

    required: Required = {"GET": SIGNED_IN}
    despite_duties = True

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


def _person(request: Request) -> User:
    if request.auth is not None:
        raise ValidationError("A token cannot show who sits there; it is not asked to.")
    assert isinstance(request.user, User)  # noqa: S101  narrows the type; SIGNED_IN has been checked
    return request.user


def passkeys_possible(request: Request) -> None:
    """Raises ValidationError where the browser has none."""
    try:
        passkeys.check_host(request._request)
    except passkeys.PasskeyError as error:
        raise ValidationError(str(error)) from error
