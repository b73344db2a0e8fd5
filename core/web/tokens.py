"""`Authorization: Token …` for REST and websockets: who stands behind a token."""

from __future__ import annotations

from knox.settings import knox_settings
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.access.models import ApiToken, User
from core.access.tokens import TokenRefused, digest_of, token_behind
from core.signin.lockout import locked


class TokenAuthentication(BaseAuthentication):
    """A request with a token is its owner's, `request.auth` the ApiToken, which says how far its rights reach."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Raises AuthenticationFailed with one sentence; None for a request that comes without a token."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.authenticate_header(request).lower().encode():
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Send the header as `Authorization: Token …`, the token without spaces.")
        try:
            secret = words[1].decode("ascii")
            row = usable_token(digest_of(secret), str(request.META.get("REMOTE_ADDR") or ""))
        except UnicodeDecodeError as error:
            raise AuthenticationFailed("This is no token.") from error
        except TokenRefused as error:
            raise AuthenticationFailed(str(error)) from error
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        """What a refusal names as the way in (RFC 9110, 11.6.1)."""
        return str(knox_settings.AUTH_HEADER_PREFIX)


def usable_token(digest: str, address: str) -> ApiToken:
    """The token of a secret's digest, for use from this address now. Raises TokenRefused."""
    row = token_behind(digest, address)
    if locked(row.user, address):
        raise TokenRefused("The owner of this token is locked out after wrong attempts to sign in.")
    return row
