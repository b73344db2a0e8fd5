"""A column of sealed bytes."""

from __future__ import annotations

from typing import Any

from django.db import models


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # generic for mypy only
    """Bytes that `seal_bytes` made, empty where there is nothing: so that rotating keys finds them.

    A plain BinaryField to the database and to migrations. Secrets in JSON need no mark: each carries its key's id.
    """

    def deconstruct(self) -> Any:
        """As migrations write it down."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs
