"""Is the log chained, and do the sinks have it?"""

from __future__ import annotations

from core.api import Health, Level, SystemClock

LATE_MS = 10 * 60_000
LINK = "/pages/audit/log/"


def chain() -> Health:
    """The key can be used, and nothing waits for its link for long."""
    from core.api.services import data_directory  # once Django is set up
    from plugins.audit.chain import waiting
    from plugins.audit.models import Head
    from plugins.audit.signing import FILE, KeyTrouble, load

    try:
        load(data_directory())
    except KeyTrouble as error:
        return Health(Level.FAILED, f"The audit log cannot be signed: {error}", "Put the key's backup back.", LINK)
    if (data_directory() / FILE).stat().st_mode & 0o077:
        return Health(Level.FAILED, "Others may read the audit log's key.", f"Give {FILE} the mode 0600.", LINK)
    count, oldest = waiting()
    if count and SystemClock().wall_ms() - oldest > LATE_MS:
        remedy = "Look at the log of the worker: it links entries as they come."
        return Health(Level.FAILED, f"{count} entries of the audit log wait for their link.", remedy, LINK)
    head = Head.objects.first()
    return Health(Level.OK, f"{head.number if head else 0} entries are chained and signed.")


def sinks() -> Health:
    """No sink that is on is behind."""
    from core.api.services import data_directory
    from plugins.audit.following import settings_now, sinks_of
    from plugins.audit.models import Cursor
    from plugins.audit.sinks.delivering import behind

    names = [one.name for one in sinks_of(settings_now(), data_directory())]
    failing = [one for one in Cursor.objects.filter(sink__in=names).order_by("sink") if one.error]
    if failing:
        told = f"{failing[0].sink} lacks {behind(failing[0])} entries of the audit log: {failing[0].error}"
        return Health(Level.WARNING, told, "Nothing is lost: they are sent once it takes them.", "/system/plugins/")
    return Health(Level.OK, "Copies of the audit log are complete." if names else "The audit log is copied nowhere.")
