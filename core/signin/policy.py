"""How people sign in here: what passwords must be, when wrong ones lock out, how long sessions last."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.signin.models import StoredPolicy
from core.system import audit
from core.wording import wrong_fields

_ONLY = 1
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MOST_REMEMBERED = 24


class PolicyError(ValueError):
    """The policy cannot be saved. fields: sentence by field name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


class SignInPolicy(BaseModel):
    """The rules of signing in."""

    model_config = ConfigDict(extra="forbid")

    min_length: int = Field(10, ge=8, le=64, title="Shortest password (characters)")
    refuse_common: bool = Field(True, title="Refuse passwords that many people use")
    refuse_similar: bool = Field(True, title="Refuse passwords that are like the user's name")
    remember: int = Field(5, ge=0, le=MOST_REMEMBERED, title="Refuse the last passwords of a user (how many)")
    max_age_days: int = Field(
        0,
        ge=0,
        le=3650,
        title="A password must be changed after (days)",
        description="0: never. Choose this only where a rule asks for it.",
    )
    lock_after: int = Field(
        5,
        ge=3,
        le=100,
        title="Lock out after (attempts)",
        description="Wrong attempts for one user from one address.",
    )
    lock_address_after: int = Field(
        50,
        ge=3,
        le=10_000,
        title="Lock out an address after (attempts)",
        description="Wrong attempts from one address for any users.",
    )
    lock_user_after: int = Field(
        100,
        ge=3,
        le=10_000,
        title="Lock a user everywhere after (attempts)",
        description="Wrong attempts for one user from any addresses. The user's tokens stop too.",
    )
    lock_minutes: int = Field(15, ge=1, le=10_080, title="Locked out for (minutes)")
    idle_minutes: int = Field(
        720,
        ge=5,
        le=525_600,
        title="A session ends when it is not used for (minutes)",
        description="A page that is open uses it.",
    )
    lifetime_hours: int = Field(336, ge=1, le=8760, title="A session ends at the latest after (hours)")


def policy() -> SignInPolicy:
    """The policy as it is now: one small query."""
    row = StoredPolicy.objects.filter(pk=_ONLY).first()
    return SignInPolicy.model_validate(row.values) if row else SignInPolicy()


def change_policy(changes: dict[str, Any], *, actor: str, address: str = "") -> SignInPolicy:
    """Change what is named. Raises PolicyError and changes nothing."""
    with transaction.atomic():
        before = policy()
        try:
            after = SignInPolicy.model_validate(before.model_dump() | changes)
        except ValidationError as error:
            raise PolicyError(wrong_fields(error)) from error
        StoredPolicy.objects.update_or_create(pk=_ONLY, defaults={"values": after.model_dump()})
        audit.record(actor, "sign_in.change", "sign_in:1", before=before, after=after, address=address)
    return after
