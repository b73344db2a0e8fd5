"""What changes saved views."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from pydantic import ValidationError

from core.walls.arrangement import Arrangement
from core.walls.models import View
from core.wording import first_said


class ViewError(ValueError):
    """A view cannot be kept as it is given. field: what to mend; the message is one sentence for a person."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def add(owner_id: int, name: str, arrangement: dict[str, Any], *, shared: bool = False) -> View:
    """Keep a view. Raises ViewError."""
    view = View(owner_id=owner_id, name=name, shared=shared, arrangement=_checked(arrangement))
    return _saved(view)


def change(view: View, changes: dict[str, Any]) -> View:
    """Change what is named of `name`, `shared` and `arrangement`. Raises ViewError."""
    if "arrangement" in changes:
        view.arrangement = _checked(changes["arrangement"])
    view.name = changes.get("name", view.name)
    view.shared = changes.get("shared", view.shared)
    return _saved(view)


def remove(view: View) -> None:
    """Forget it; cameras and recordings stay."""
    view.delete()


def _saved(view: View) -> View:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ViewError("name", f"There is a view named {view.name!r} already; choose another name.") from error
    return view


def _checked(arrangement: dict[str, Any]) -> dict[str, Any]:
    try:
        return Arrangement.model_validate(arrangement).model_dump(mode="json")
    except ValidationError as error:
        raise ViewError("arrangement", first_said(error)) from error
