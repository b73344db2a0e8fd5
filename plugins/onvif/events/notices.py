"""Notifications as devices send them (ONVIF Core 9, WS-BaseNotification 1.3), read by local name.

Devices disagree about prefixes, blanks, order and spelling; what matters is the topic's path, the operation, and the
names and values in Source, Key and Data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plugins.onvif.client.reading import Element, children, every, find, name_of, text

MOST_ITEMS = 40
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification. topic: its path without prefixes, such as `RuleEngine/CellMotionDetector/Motion`.

    operation: Initialized, Changed, Deleted or empty. source, key, data: values by item name. utc: as the device wrote
    it, a hint only: clocks of devices are wrong.
    """

    topic: str
    operation: str = ""
    source: Mapping[str, str] = field(default_factory=dict)
    key: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    utc: str = ""


def notices_in(answer: Element) -> list[Notice]:
    """All notifications below an element; empty ones, which some devices send, are left out."""
    found = (_notice(one) for one in every(answer, "NotificationMessage"))
    return [one for one in found if one is not None]


def path_of(topic: str) -> str:
    """A topic without blanks and prefixes: `tns1:RuleEngine/tnsaxis:VMD3/x` is `RuleEngine/VMD3/x`."""
    parts = "".join(topic.split()).strip("/").split("/")
    return "/".join(part.rpartition(":")[2] for part in parts)[:LONGEST]


def _notice(message: Element) -> Notice | None:
    topic = path_of(text(message, "Topic"))
    inner = find(message, "Message", "Message")
    if inner is None:
        inner = next((one for one in every(message, "Message") if one.get("UtcTime")), None)
    if not topic or inner is None:
        return None
    return Notice(
        topic,
        (inner.get("PropertyOperation") or "").strip(),
        _items(find(inner, "Source")),
        _items(find(inner, "Key")),
        _items(find(inner, "Data")),
        (inner.get("UtcTime") or "").strip(),
    )


def _items(part: Element | None) -> dict[str, str]:
    found: dict[str, str] = {}
    if part is None:
        return found
    for item in children(part, "SimpleItem"):
        _add(found, item.get("Name") or "", item.get("Value") or "")
    for item in children(part, "ElementItem"):
        for leaf in item.iter():
            if isinstance(leaf.tag, str) and not len(leaf) and leaf.text and leaf.text.strip():
                _add(found, name_of(leaf), leaf.text)
    return found


def _add(found: dict[str, str], name: str, value: str) -> None:
    name, value = name.strip()[:LONGEST], " ".join(value.split())[:LONGEST]
    if name and len(found) < MOST_ITEMS:
        found.setdefault(name, value)
