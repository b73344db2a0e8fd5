"""A device's clock: how far it is from ours, read from answers that are often odd."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from plugins.onvif.client.reading import Element, find, number

FRESH_S = 3600.0
_HALF_MS = 500
"""Devices tell whole seconds that have begun: on average half of one has passed."""


def time_of(answer: Element) -> int | None:
    """UTC ms of a GetSystemDateAndTimeResponse; None where it says none.

    Hours of 24, minutes of 60 and the like are carried over instead of refused.
    """
    moment = find(answer, "SystemDateAndTime", "UTCDateTime")
    parts = [number(moment, "Date", name) for name in ("Year", "Month", "Day")]
    parts += [number(moment, "Time", name) for name in ("Hour", "Minute", "Second")]
    if moment is None or any(part is None for part in parts):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        start = datetime(year, month, 1, tzinfo=UTC)
        found = start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None
    return int(found.timestamp() * 1000) + _HALF_MS


def time_of_header(values: list[str]) -> int | None:
    """UTC ms of an HTTP Date header (RFC 9110, 6.6.1); None where it says none."""
    try:
        found = parsedate_to_datetime(values[0]) if values else None
    except ValueError:
        return None
    if found is None:
        return None
    return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000) + _HALF_MS
