"""What changes exports. Each change is audited."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from core.cameras.queries import masks_on
from core.configuration import data_directory
from core.exports import claims
from core.exports.archive import archive_path
from core.exports.footage import Item
from core.exports.models import Export, State
from core.hookspecs.redaction import RedactorSpec
from core.media.clock import Clock, SystemClock
from core.pluginhost import host
from core.system import audit
from core.system.site import site

log = logging.getLogger("eyrie.exports")
EXPORTER = "<exporter>"
MOST_ITEMS = 64
LOOKED_BACK = 200
LONGEST_MS = 31 * 86_400_000


def exports_folder() -> Path:
    """Where archives are."""
    return data_directory() / "exports"


def request_export(
    user_id: int | None,
    requester: str,
    items: Sequence[Item],
    *,
    title: str = "",
    burn_in: bool = False,
    redact: Sequence[str] = (),
    watermark: bool = False,
    purpose: dict[str, str] | None = None,
    unmasked: Collection[int] = (),
    silent: Collection[int] = (),
    address: str = "",
    clock: Clock | None = None,
) -> Export:
    """Ask for an export; the exporter process takes it up within about a second. The caller has checked the rights.

    unmasked: cameras whose privacy masks are not applied, as the requester may see what lies under them. silent: those
    whose sound is left out. redact: names of redactors (`redactors`), whose finds are covered; where one cannot be had,
    the export fails. watermark: the requester's name is drawn all over the pictures; it is for every person where the
    site says so. purpose: `{subject, reason}`, of recordings for somebody who asked what is kept of them.
    """
    now_ms = (clock or SystemClock()).wall_ms()
    marked = watermark or (user_id is not None and site().export_watermark)
    wanted: list[Item] = [_silenced(_masked(item, unmasked), silent) for item in items]
    with transaction.atomic():
        export = Export.objects.create(
            user_id=user_id,
            requester=requester,
            title=title,
            items=wanted,
            burn_in=burn_in,
            redact=list(redact),
            watermark=_watermark(requester, now_ms) if marked else "",
            purpose=purpose or {},
            created_ms=now_ms,
        )
        told = ("title", "items", "burn_in", "redact", "watermark", "purpose")
        after = {name: getattr(export, name) for name in told}
        action = "export.disclose" if purpose else "export.create"
        audit.record(requester, action, f"export:{export.pk}", after=after, address=address)
    return export


def _watermark(requester: str, now_ms: int) -> str:
    return f"{requester} {datetime.fromtimestamp(now_ms // 1000, UTC):%Y-%m-%d %H:%M} UTC"


def redactors() -> list[RedactorSpec]:
    """What exports can cover, by name."""
    return host().registry.all(RedactorSpec)


def was_requested(requester: str, items: Sequence[Item]) -> bool:
    """Whether this requester has asked for just that already, and the export is there: for what may ask twice."""
    asked = Export.objects.filter(requester=requester).order_by("-pk").values_list("items", flat=True)[:LOOKED_BACK]
    bare = [
        [{key: value for key, value in item.items() if key not in ("masks", "silent")} for item in one] for one in asked
    ]
    return list(items) in bare


def _masked(item: Item, unmasked: Collection[int]) -> Item:
    masks = (
        []
        if item["camera"] in unmasked
        else [[list(corner) for corner in polygon] for polygon in masks_on(item["camera"], item["start_ms"])]
    )
    return Item(**item, masks=masks) if masks else item


def _silenced(item: Item, silent: Collection[int]) -> Item:
    return Item(**item, silent=True) if item["camera"] in silent else item


def cancel_export(export: Export, *, actor: str, address: str = "") -> None:
    """Stop it, within about a second when it is being made. One that has ended stays as it is."""
    waiting = Export.objects.filter(pk=export.pk, state=State.QUEUED)
    if waiting.update(state=State.CANCELLED, finished_ms=SystemClock().wall_ms()):
        claims.tell(Export.objects.get(pk=export.pk))
    elif not Export.objects.filter(pk=export.pk, state=State.RUNNING).update(cancel=True):
        return
    audit.record(actor, "export.cancel", f"export:{export.pk}", address=address)


def delete_export(export: Export, *, actor: str, address: str = "") -> None:
    """Remove it with its archive. One that is being made ends, its exporter finding it gone."""
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).delete()
        audit.record(actor, "export.delete", f"export:{export.pk}", address=address)
    archive_path(exports_folder(), export.pk).unlink(missing_ok=True)


def remove_expired(folder: Path, now_ms: int) -> None:
    """Delete exports whose time is over, and archives that belong to no export."""
    for export in Export.objects.filter(expires_ms__lt=now_ms):
        delete_export(export, actor=EXPORTER)
    if not folder.is_dir():
        return
    known = {str(pk) for pk in Export.objects.values_list("pk", flat=True)}
    for path in folder.iterdir():
        if path.suffix in (".zip", ".part") and path.stem not in known:
            path.unlink(missing_ok=True)
            log.info("%s belonged to no export and was removed", path.name)
