"""Settings of the site as a whole: its name, its time zone, and whether the first steps are still to be taken."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from core.configuration import configuration
from core.system import audit
from core.system.models import Site

_ONLY = 1


class SiteError(ValueError):
    """A setting of the site cannot be saved. fields: sentence by field name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """name: empty when none was given; time_zone: IANA name, of the configuration until one is chosen.

    to_set_up: nobody has gone through the first steps yet.
    address: of the portal for links in messages, without a slash at the end; empty when nobody has said it.
    latitude, longitude: degrees, north and east positive; None when nobody has said where it is.
    live_watermark: the portal draws the user's name over its pages; export_watermark: exports draw it into pictures.
    """

    name: str
    time_zone: str
    to_set_up: bool
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    live_watermark: bool = False
    export_watermark: bool = False


def site() -> SiteSettings:
    """The site's settings as they are now: one small query."""
    row = Site.objects.filter(pk=_ONLY).first() or Site()
    return SiteSettings(**_shown(row) | {"time_zone": row.time_zone or configuration().time_zone})


def change_site(changes: dict[str, Any], *, actor: str, address: str = "") -> SiteSettings:
    """Change what is named, by the fields of SiteSettings. Raises SiteError and changes nothing."""
    wrong = _wrong(changes)
    if wrong:
        raise SiteError(wrong)
    if "address" in changes:
        changes = changes | {"address": changes["address"].rstrip("/")}
    with transaction.atomic():
        row, _ = Site.objects.select_for_update().get_or_create(pk=_ONLY)
        before = _shown(row)
        for name in before:
            setattr(row, name, changes.get(name, getattr(row, name)))
        row.save()
        audit.record(actor, "site.change", "site:1", before=before, after=_shown(row), address=address)
    return site()


def ask_to_set_up() -> None:
    """Have the first administrator to sign in taken through the first steps."""
    Site.objects.update_or_create(pk=_ONLY, defaults={"to_set_up": True})


def _wrong(changes: dict[str, Any]) -> dict[str, str]:
    zone, address = changes.get("time_zone"), changes.get("address", "")
    if zone is not None and not _is_zone(zone):
        return {"time_zone": f"{zone!r} is no IANA time zone, such as Europe/Zurich."}
    if address and not _is_address(address):
        return {"address": f"{address!r} is no address of a portal; give one such as https://cameras.example.com."}
    for name, most in (("latitude", 90), ("longitude", 180)):
        if not -most <= (changes.get(name) or 0) <= most:
            return {name: f"is out of range; give degrees from -{most} to {most}."}
    return {}


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        return False


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a directory of the zone database
        return False
    return bool(name)


def _shown(row: Site) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(SiteSettings)}
