"""Django app of core.signin."""

from django.apps import AppConfig


class Config(AppConfig):
    """Who somebody is: passwords, second factors, passkeys, lockout, sessions."""

    name = "core.signin"
    label = "signin"
    verbose_name = "Sign-in"
