"""Sends the segment index to its own database where there is one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model


def index_alias() -> str:
    """The database that holds the segment index."""
    return "index" if "index" in settings.DATABASES else "default"


class IndexRouter:
    """App `recording` lives in the database alias `index` if that is configured, everything else in `default`."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """The alias of a model's database; None leaves it to Django."""
        return index_alias() if model._meta.app_label == "recording" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Whether an app's tables belong in this database."""
        if "index" not in settings.DATABASES:
            return None
        return (app_label == "recording") == (db == "index")
