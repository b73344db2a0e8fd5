"""Settings of the site as a whole: its name, its time zone, and whether the first steps are still to be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
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
    """

    name: str
    time_zone: str
    to_set_up: bool


def site() -> SiteSettings:
    """The site's settings as they are now: one small query."""
    row = Site.objects.filter(pk=_ONLY).first() or Site()
    return SiteSettings(row.name, row.time_zone or configuration().time_zone, row.to_set_up)


def change_site(changes: dict[str, Any], *, actor: str, address: str = "") -> SiteSettings:
    """Change what is named: `name`, `time_zone`, `to_set_up`. Raises SiteError and changes nothing."""
    zone = changes.get("time_zone")
    if zone is not None and not _is_zone(zone):
        raise SiteError({"time_zone": f"{zone!r} is no IANA time zone, such as Europe/Zurich."})
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


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a directory of the zone database
        return False
    return bool(name)


def _shown(row: Site) -> dict[str, Any]:
    return {"name": row.name, "time_zone": row.time_zone, "to_set_up": row.to_set_up}
