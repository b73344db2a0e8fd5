"""The way to the provider and back (OpenID Connect Core 1.0, 3.1: the authorization code flow, with PKCE, RFC 7636).

What must be remembered between the two lies in a signed cookie of this browser, good for ten minutes: whoever is sent
to the callback by somebody else has none, and anybody who only begins leaves nothing in the database.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from hmac import compare_digest
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api import DirectoryError
from core.api.services import PUBLIC, LockedError, Required, directory_settings, finish_sign_in, let_in, said
from plugins.oidc.claims import person_of, second_factor_given
from plugins.oidc.provider import PROVIDERS, Provider, Refused
from plugins.oidc.settings import OidcSettings

SECONDS = 600
_SALT = "eyrie.oidc"


class Begin(APIView):
    """To the provider."""

    required: Required = {"GET": PUBLIC}
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Send the browser there; `?next=` is where it ends, on this host only."""
        plain = request._request
        _, provider = _provider(slug)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        try:
            answer = HttpResponseRedirect(provider.address(_redirect_uri(plain, slug), state, nonce, challenge))
        except DirectoryError as error:
            return _told(plain, str(error))
        kept = {"slug": slug, "state": state, "nonce": nonce, "verifier": verifier, "next": _own(plain)}
        answer.set_cookie(
            _cookie(state),
            signing.dumps(kept, salt=_SALT),
            max_age=SECONDS,
            path=_path(slug),
            secure=plain.is_secure(),
            httponly=True,
            samesite="Lax",  # it has to come along when the provider sends the browser back
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


class Callback(APIView):
    """Back from the provider."""

    required: Required = {"GET": PUBLIC}
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Sign in whom the provider vouches for, or say why not."""
        plain = request._request
        settings, provider = _provider(slug)
        kept = _kept(plain, slug)
        if kept is None:
            return _told(plain, "This sign-in was not begun in this browser, or took too long; begin again.")
        answer = self._answer(plain, settings, provider, kept)
        answer.delete_cookie(_cookie(kept["state"]), path=_path(slug))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _answer(
        self, request: HttpRequest, settings: OidcSettings, provider: Provider, kept: dict[str, str]
    ) -> HttpResponse:
        code = request.GET.get("code", "")
        if not code:
            return _told(request, f"The provider did not let you in: {_reason(request)}.")
        try:
            claims = provider.claims(code, _redirect_uri(request, kept["slug"]), kept["nonce"], kept["verifier"])
            user, why = let_in(kept["slug"], "oidc", person_of(claims, settings))
            if user is None:
                return _told(request, f"You are not let in: {why}")
            done = second_factor_given(claims, settings)
            return finish_sign_in(request, user, next_url=kept["next"], second_factor_done=done)
        except (Refused, DirectoryError) as error:
            return _told(request, str(error))
        except LockedError as error:
            return _told(request, str(error))


def _provider(slug: str) -> tuple[OidcSettings, Provider]:
    settings = directory_settings(slug, "oidc")
    if not isinstance(settings, OidcSettings):
        raise Http404("No such way to sign in.")
    return settings, PROVIDERS.of(slug, settings)


def _kept(request: HttpRequest, slug: str) -> dict[str, Any] | None:
    """What was remembered when this sign-in began; None unless it was begun in this browser, for this provider."""
    state = request.GET.get("state", "")
    try:
        kept: dict[str, Any] = signing.loads(request.COOKIES.get(_cookie(state), ""), salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return kept if kept["slug"] == slug and compare_digest(kept["state"], state) else None


def _cookie(state: str) -> str:
    """One a sign-in, so that two tabs do not meet."""
    return f"oidc-{hashlib.sha256(state.encode()).hexdigest()[:16]}"


def _path(slug: str) -> str:
    return reverse("oidc-callback", kwargs={"slug": slug})


def _redirect_uri(request: HttpRequest, slug: str) -> str:
    return request.build_absolute_uri(_path(slug))


def _own(request: HttpRequest) -> str:
    """Where to go in the end: a page of this host, whatever the link says."""
    wanted = request.GET.get("next", "")[:2000]
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if own else "/"


def _reason(request: HttpRequest) -> str:
    """The provider's word for it (RFC 6749, 4.1.2.1), which is shown as text only."""
    word = request.GET.get("error", "")
    return word[:60] if word.replace("_", "").isalnum() and word.isascii() else "it gives no reason"


def _told(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "oidc/refused.html", {"sentence": said(sentence)}, status=403)
