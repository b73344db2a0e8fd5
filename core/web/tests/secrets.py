"""Tokens for tests."""

from core.access import services, tokens


def secret_of(username: str) -> str:
    """The secret of a new token of this user, without limits."""
    return tokens.issue(services.user_named(username), "a test").secret
