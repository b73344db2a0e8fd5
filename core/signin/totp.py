"""Codes of an authenticator app: TOTP (RFC 6238), six digits, a step of 30 s, SHA-1 as all apps know it."""

from __future__ import annotations

import hmac
import io
from typing import Any
from urllib.parse import quote, urlencode

from allauth.mfa.models import Authenticator
from django.db import transaction

from core.access.models import User
from core.media.clock import Clock, SystemClock
from core.system.keyring import keyring
from core.system.secrets import SEALED

STEP_MS = 30_000
TOLERANCE = 1
"""Steps that a clock may be wrong, either way (RFC 6238, 5.2)."""
_CLOCK = SystemClock()


def new_secret() -> str:
    """160 random bits in base32, as apps take it (RFC 4226, 4)."""
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    return str(generate_totp_secret())


def uri(secret: str, username: str, site: str) -> str:
    """What the picture for the app says."""
    label = quote(f"{site}:{username}", safe=":")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': site}, quote_via=quote)}"


def picture(text: str) -> str:
    """A QR code as SVG. Black on white whatever the page's colours: cameras read no other."""
    import qrcode
    from qrcode.image.svg import SvgPathFillImage

    kept = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=3).save(kept)
    return kept.getvalue().decode()


def step_of(secret: str, code: str, clock: Clock = _CLOCK) -> int | None:
    """The step that the code is of, within the tolerance; None when it is of none."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    given = "".join(code.split())
    now = clock.wall_ms() // STEP_MS
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if hmac.compare_digest(given.encode(), format_hotp_value(hotp_value(secret, step)).encode()):
            return step
    return None


def activate(user: User, secret: str, code: str, clock: Clock = _CLOCK) -> bool:
    """Take this secret for the user from now on, if the code shows that their app has it."""
    step = step_of(secret, code, clock)
    if step is None:
        return False
    data: dict[str, Any] = {"secret": {SEALED: keyring().encrypt(secret)}, "last_step": step}
    Authenticator.objects.update_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": data})
    return True


@transaction.atomic
def accept(user: User, code: str, clock: Clock = _CLOCK) -> bool:
    """Whether the code is right and newer than the last that was accepted: none is good twice."""
    row = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return False
    step = step_of(keyring().decrypt(row.data["secret"][SEALED]), code, clock)
    if step is None or step <= row.data["last_step"]:
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    row.record_usage()
    return True
