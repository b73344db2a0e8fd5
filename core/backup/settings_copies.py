"""All settings, copied to a backup target by the clock: locked by a passphrase, the oldest beyond a number removed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from core.backup.models import Every, SettingsCopies, Target
from core.backup.services import BackupSettingsError
from core.backup.targets import accounted, connected, settings_of, spec_of
from core.hookspecs.backup import BackupError, BackupTarget, BackupTrouble
from core.media.clock import Clock
from core.system import audit
from core.system.keyring import SecretsError, keyring
from core.system.secrets import MASK, SEALED
from core.system.site import site
from core.system.transfer.archive import ArchiveError
from core.system.transfer.envelope import check_passphrase
from core.system.transfer.restoring import backup, optional_parts

FOLDER = "eyrie-settings"
ACTOR = "<schedule>"
MOST_KEPT = 400
LEASE_MS = 30 * 60_000
"""How long a copy that was begun may take before another attempt begins."""
RETRY_MS = 15 * 60_000
_PART = ".part"
_FIELDS = ("enabled", "target_id", "every", "hour", "keep", "include")
_PIECE = 256 * 1024


def copies() -> SettingsCopies:
    """The row, made when it is first needed."""
    row, _ = SettingsCopies.objects.get_or_create(pk=1, defaults={"mark": secrets.token_hex(4)})
    return row


def change(values: Mapping[str, Any], *, actor: str, address: str = "") -> SettingsCopies:
    """Set how settings are copied. values: fields of SettingsCopies, `target` by id; a passphrase of "" or MASK stays.

    Raises BackupSettingsError.
    """
    row = copies()
    before = {name: getattr(row, name) for name in _FIELDS}
    wrong = _wrong(row, values)
    if wrong:
        raise BackupSettingsError(wrong)
    for name in _FIELDS:
        setattr(row, name, values.get(name.removesuffix("_id"), getattr(row, name)))
    passphrase = str(values.get("passphrase") or "")
    if passphrase and passphrase != MASK:
        row.passphrase = {SEALED: keyring().encrypt(passphrase)}
    row.retry_ms = 0
    row.save(update_fields=[*_FIELDS, "passphrase", "retry_ms"])
    after = {name: getattr(row, name) for name in _FIELDS}
    audit.record(actor, "configuration.copies", "configuration:", before=before, after=after, address=address)
    return row


def due_ms(row: SettingsCopies, now_ms: int, zone: tzinfo) -> int:
    """The last moment up to now at which a copy was to be made, UTC ms."""
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    moment = now.replace(hour=row.hour, minute=0, second=0, microsecond=0)
    if row.every == Every.WEEK:
        moment -= timedelta(days=now.weekday())
    while moment > now:
        moment -= timedelta(days=7 if row.every == Every.WEEK else 1)
    return int(moment.timestamp() * 1000)


def look(clock: Clock) -> None:
    """Make a copy when one is due. For the worker, by the clock."""
    row = SettingsCopies.objects.filter(pk=1, enabled=True).exclude(target=None).first()
    now_ms = clock.wall_ms()
    if row is None or row.retry_ms > now_ms:
        return
    if row.done_ms < due_ms(row, now_ms, ZoneInfo(site().time_zone)):
        make(clock)


def make(clock: Clock, *, actor: str = ACTOR, address: str = "") -> SettingsCopies:
    """Make a copy now, unless somebody is at it; what became of it is in the row."""
    now_ms = clock.wall_ms()
    free = Q(claimed_ms__lt=now_ms - LEASE_MS) | Q(claimed_ms=0) | Q(claimed_ms__gt=now_ms)
    if not SettingsCopies.objects.filter(free, pk=1).update(claimed_ms=now_ms, tried_ms=now_ms):
        return copies()
    row = copies()
    try:
        name, size = _made(row, now_ms, actor, address)
    except (BackupError, ArchiveError, SecretsError) as error:
        failed = {"error": str(error)[:500], "retry_ms": now_ms + RETRY_MS, "claimed_ms": 0}
        SettingsCopies.objects.filter(pk=1).update(**failed)
    else:
        done = {"done_ms": now_ms, "name": name, "size": size, "error": "", "retry_ms": 0, "claimed_ms": 0}
        SettingsCopies.objects.filter(pk=1).update(**done)
    return copies()


def _made(row: SettingsCopies, now_ms: int, actor: str, address: str) -> tuple[str, int]:
    """Make the file, send it, remove old ones; its path and size. Raises BackupError, ArchiveError, SecretsError."""
    target = row.target
    if target is None or not row.passphrase:
        raise BackupError(BackupTrouble.REFUSED, "No target is chosen, or no passphrase is set.")
    data = backup(_passphrase(row), include=row.include, actor=actor, address=address)
    name = f"{_prefix(row)}{datetime.fromtimestamp(now_ms // 1000, UTC):%Y%m%dT%H%M%SZ}.eyrie"
    accounted(target.kind, lambda: _deliver(target, f"{FOLDER}/{name}", data, row))
    after = {"name": name, "size": len(data), "target": target.name}
    audit.record(actor, "configuration.copy", f"backup_target:{target.pk}", after=after, address=address)
    return f"{FOLDER}/{name}", len(data)


def _deliver(target: Target, path: str, data: bytes, row: SettingsCopies) -> bool:
    resumes = spec_of(target.kind).resumes
    with connected(target.kind, settings_of(target)) as far:
        draft = path + _PART if resumes else path
        far.append(draft, 0, (data[at : at + _PIECE] for at in range(0, len(data), _PIECE)))
        if b"".join(far.read(draft, 0, len(data) + 1)) != data:
            far.delete(draft)
            raise BackupError(BackupTrouble.FILE, "The copy came back other than it was sent; check the server's disk.")
        if resumes:
            far.rename(draft, path)
        _forget_old(far, row)
    return True


def _forget_old(far: BackupTarget, row: SettingsCopies) -> None:
    """Remove this installation's own files beyond those that stay, the oldest first; others' files are left alone."""
    ours = re.compile(re.escape(_prefix(row)) + r"\d{8}T\d{6}Z\.eyrie(\.part)?")
    found = sorted(one.name for one in far.entries(FOLDER) if not one.folder and ours.fullmatch(one.name))
    whole = [name for name in found if not name.endswith(_PART)]
    for name in [*(set(found) - set(whole)), *whole[: -row.keep]]:
        far.delete(f"{FOLDER}/{name}")


def _prefix(row: SettingsCopies) -> str:
    word = re.sub(r"[^A-Za-z0-9]+", "-", site().name).strip("-")[:40] or "eyrie"
    return f"{word}-{row.mark}-"


def _passphrase(row: SettingsCopies) -> str:
    return keyring().decrypt(str(row.passphrase.get(SEALED, "")))


def _wrong(row: SettingsCopies, values: Mapping[str, Any]) -> dict[str, str]:
    wrong = {}
    passphrase = str(values.get("passphrase") or "")
    enabled = values.get("enabled", row.enabled)
    if passphrase and passphrase != MASK:
        try:
            check_passphrase(passphrase)
        except ArchiveError as error:
            wrong["passphrase"] = str(error)
    elif enabled and not row.passphrase:
        wrong["passphrase"] = "Give a passphrase; it locks the copies."  # noqa: S105  # a sentence
    target = values.get("target", row.target_id)
    if target is not None and not Target.objects.filter(pk=target).exists():
        wrong["target"] = "There is no such target."
    elif enabled and target is None:
        wrong["target"] = "Choose a target."
    known = {one.key for one in optional_parts()}
    if set(values.get("include", row.include)) - known:
        wrong["include"] = "Some of these parts are not known here."
    return wrong
