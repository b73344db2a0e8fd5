"""What every change over REST does: its body is checked, and it is noted who made it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from core.api.services import record_audit


def valid(form: serializers.Serializer[Any]) -> dict[str, Any]:
    """The values of a form. Raises ValidationError."""
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def audit(request: Request, action: str, target: str, before: Any, after: Any) -> None:
    """Note a change. before, after: serialized values, None where there is nothing."""
    old, new = (None if side is None else dict(side) for side in (before, after))
    address = str(request.META.get("REMOTE_ADDR") or "")
    record_audit(request.user.get_username(), action, target, before=old, after=new, address=address)
