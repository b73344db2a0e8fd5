"""Django app of core.signin."""

import logging
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


def _began(request: Any, user: Any, **_signal: Any) -> None:
    from core.signin import flow, sessions

    if hasattr(request, "session"):
        sessions.begin(request, user, second=getattr(request, flow.SECOND, False))


def _ended(request: Any, **_signal: Any) -> None:
    from core.signin import sessions

    if getattr(request, "session", None) is not None and request.session.session_key:
        sessions.gone(request.session)


class Config(AppConfig):
    """Who somebody is: passwords, second factors, passkeys, lockout, sessions."""

    name = "core.signin"
    label = "signin"
    verbose_name = "Sign-in"

    def ready(self) -> None:
        """Note each session that begins or ends, whichever way."""
        logging.getLogger("axes").setLevel(logging.ERROR)  # the audit log and events tell of wrong attempts
        user_logged_in.connect(_began, dispatch_uid="signin.began")
        user_logged_out.connect(_ended, dispatch_uid="signin.ended")
