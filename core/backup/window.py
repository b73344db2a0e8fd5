"""The hours in which a target may be sent to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class WindowError(ValueError):
    """A window cannot be used; one sentence."""


def check(window: Mapping[str, Any]) -> dict[str, Any]:
    """The window, complete: `{"days", "start", "end"}`, or empty for always. Raises WindowError."""
    if not window:
        return {}
    days = window.get("days", list(range(7)))
    if not isinstance(days, list) or not days or any(type(day) is not int or not 0 <= day < 7 for day in days):
        raise WindowError("days: give weekdays from 0 (Monday) to 6 (Sunday), at least one.")
    for name in ("start", "end"):
        if not _TIME.fullmatch(str(window.get(name, ""))):
            raise WindowError(f"{name}: give a time of day such as 22:00.")
    if window["start"] == window["end"]:
        raise WindowError("end: is the same as the start; leave the window out to copy at any time.")
    return {"days": sorted(set(days)), "start": window["start"], "end": window["end"]}


def is_open(window: Mapping[str, Any], now_ms: int, zone: tzinfo) -> bool:
    """Whether now is inside. A window over midnight belongs to the day on which it begins."""
    if not window:
        return True
    at = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    minute, today = at.hour * 60 + at.minute, at.weekday()
    start, end = _minutes(window["start"]), _minutes(window["end"])
    days = window["days"]
    if start < end:
        return today in days and start <= minute < end
    return (today in days and minute >= start) or ((today - 1) % 7 in days and minute < end)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
