"""Where a copy lies at its target: a template filled with facts, each made safe for any server's file system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from string import Formatter

FIELDS = ("camera", "camera_id", "stream", "date", "year", "month", "day", "time", "hour", "event", "id", "ext")
TELLING = {"time", "id"}
"""One of these must be in a template: without, one file a day would be all there is."""

DEFAULT = {
    "recordings": "{camera}/{date}/{hour}/{time}-{stream}.{ext}",
    "events": "{camera}/{date}/{time}-{event}-{id}.{ext}",
    "snapshots": "{camera}/{date}/{time}-{event}-{id}.{ext}",
}
LONGEST = 350
_PART = 120
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class TemplateError(ValueError):
    """A path template cannot be used; one sentence."""


def check(template: str) -> str:
    """The template, tidied. Raises TemplateError."""
    tidy = "/".join(part.strip() for part in template.split("/") if part.strip())
    try:
        named = [name for _, name, _, _ in Formatter().parse(tidy) if name is not None]
        plain = all(not spec and not conversion for _, _, spec, conversion in Formatter().parse(tidy))
    except ValueError as error:
        raise TemplateError(f"cannot be read ({error}); write fields as {{camera}} or {{date}}.") from None
    unknown = [name for name in named if name not in FIELDS]
    if unknown or not plain:
        what = f"{{{unknown[0]}}} is no field" if unknown else "fields take no format"
        raise TemplateError(f"{what}; known are {', '.join(f'{{{name}}}' for name in FIELDS)}.")
    if not TELLING & set(named):
        raise TemplateError("needs {time} or {id}, or one copy would replace the other.")
    if any(part in (".", "..") for part in tidy.split("/")):
        raise TemplateError("has a part that is '.' or '..'; name folders only.")
    return tidy


def facts(
    *, camera: str, camera_id: int, stream: str, start_ms: int, event: str, source: int, ext: str, zone: tzinfo
) -> dict[str, str]:
    """The fields of one copy. start_ms: UTC; times are shown in the zone, {time} with its offset from UTC so that the
    hour which comes twice in autumn gives two names.
    """
    at = datetime.fromtimestamp(start_ms / 1000, UTC).astimezone(zone)
    return {
        "camera": camera,
        "camera_id": str(camera_id),
        "stream": stream,
        "date": at.strftime("%Y-%m-%d"),
        "year": at.strftime("%Y"),
        "month": at.strftime("%m"),
        "day": at.strftime("%d"),
        "hour": at.strftime("%H"),
        "time": at.strftime("%H-%M-%S%z"),
        "event": event,
        "id": str(source),
        "ext": ext,
    }


def path_of(template: str, values: Mapping[str, str]) -> str:
    """The path of a copy: relative, without anything that a server could stumble over or take for a way out."""
    filled = template.format(**{name: _safe(value) for name, value in values.items()})
    parts = [_part(part) for part in filled.split("/")]
    return "/".join(part for part in parts if part)[-LONGEST:].lstrip("/")


def apart(path: str, source: int) -> str:
    """Another path for a copy whose own is taken: by another camera of the same name, for instance."""
    stem, dot, ext = path.rpartition(".")
    return f"{stem}~{source}{dot}{ext}" if dot and "/" not in ext else f"{path}~{source}"


def check_far(path: str) -> str:
    """A path that somebody asks for at a target, "" for its top. Raises TemplateError for one that leads elsewhere."""
    parts = [part for part in path.split("/") if part]
    if ".." in parts or "." in parts or any(ord(one) < 32 or ord(one) == 127 for one in path) or len(path) > 1000:
        raise TemplateError("is no path at a target; name folders and files as the target lists them.")
    return "/".join(parts)


def _safe(value: str) -> str:
    """A field's value as part of a name: never a separator."""
    return _FORBIDDEN.sub("_", unicodedata.normalize("NFC", value)).strip(" ._") or "_"


def _part(part: str) -> str:
    kept = _FORBIDDEN.sub("_", part).strip(" ")[:_PART].rstrip(" .").lstrip(".")
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept
