"""Times at the edge: RFC 3339 outside, integer milliseconds UTC inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from rest_framework.exceptions import ValidationError

MAX_RANGE_MS = 366 * 86_400_000
REMEDY = "give RFC 3339 with a zone, such as 2026-05-01T12:00:00Z"


def rfc3339(ms: int) -> str:
    """`2026-05-01T12:00:00.250Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def optional_time(query: Mapping[str, str], name: str) -> int | None:
    """A query parameter as ms UTC, None when absent. Raises ValidationError with the field and a remedy."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        # A '+' of a zone offset that was not percent-encoded arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if text[-6:-5] == " " else text)
    except ValueError:
        raise ValidationError({name: [f"{text!r} is no time; {REMEDY}."]}) from None
    if moment.tzinfo is None:
        raise ValidationError({name: [f"{text!r} says no time zone; {REMEDY}."]})
    try:
        seconds = moment.astimezone(UTC).replace(microsecond=0).timestamp()
    except OverflowError:
        raise ValidationError({name: [f"{text!r} is out of range; {REMEDY}."]}) from None
    if seconds < 0:
        raise ValidationError({name: [f"{text!r} is before 1970; {REMEDY}."]})
    return int(seconds) * 1000 + moment.microsecond // 1000


def required_time(query: Mapping[str, str], name: str) -> int:
    """As `optional_time`, for a parameter that must be there."""
    found = optional_time(query, name)
    if found is None:
        raise ValidationError({name: [f"is missing; {REMEDY}."]})
    return found


def required_range(query: Mapping[str, str], longest_ms: int = MAX_RANGE_MS) -> tuple[int, int]:
    """`start` and `end`, in order and not too far apart."""
    start, end = required_time(query, "start"), required_time(query, "end")
    if end <= start:
        raise ValidationError({"end": ["is not after start; give an end later than the start."]})
    if end - start > longest_ms:
        raise ValidationError({"end": [f"is more than {longest_ms // 3_600_000} h after start; ask for less at once."]})
    return start, end
