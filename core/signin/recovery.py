"""Recovery codes, for when the app or the key is lost. Shown once; only their hashes are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from allauth.mfa.models import Authenticator
from django.db import transaction

from core.access.models import User

CODES = 10
FEW = 3
_BYTES = 10  # 80 random bits each: no need for a slow hash
_GROUP = 4


def renew(user: User) -> list[str]:
    """New codes for the user, and the old ones dead. They cannot be read again."""
    codes = [_written(secrets.token_bytes(_BYTES)) for _ in range(CODES)]
    data = {"hashes": [_hash(code) for code in codes]}
    Authenticator.objects.update_or_create(user=user, type=Authenticator.Type.RECOVERY_CODES, defaults={"data": data})
    return codes


@transaction.atomic
def accept(user: User, code: str) -> bool:
    """Whether it is one of the user's codes. It is dead from now on."""
    row = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    given = _hash(code)
    if row is None or not any(hmac.compare_digest(given, kept) for kept in row.data["hashes"]):
        return False
    row.data["hashes"] = [kept for kept in row.data["hashes"] if kept != given]
    row.save(update_fields=["data"])
    row.record_usage()
    return True


def left(user: User) -> int | None:
    """How many codes are left; None when there never were any."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(row.data["hashes"]) if row else None


def _written(random: bytes) -> str:
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _hash(code: str) -> str:
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(plain.encode()).hexdigest()
