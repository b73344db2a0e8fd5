"""Django app of core.access."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _keep_roles_in_step(using: str, **_signal: Any) -> None:
    from core.access.roles import keep_roles_in_step

    keep_roles_in_step(using)


class Config(AppConfig):
    """Users, roles, grants."""

    name = "core.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        """Keep the built-in roles in step with what is declared, after every migrate."""
        post_migrate.connect(_keep_roles_in_step, sender=self, dispatch_uid="access.roles")
