"""Django app of backups."""

from django.apps import AppConfig


class Config(AppConfig):
    """Copies of recordings at places elsewhere."""

    name = "core.backup"
    label = "backup"
    verbose_name = "Backup"
