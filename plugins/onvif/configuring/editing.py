"""Configurations as devices tell them, made into requests: what we do not know in them goes back as it came."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from lxml import etree

from plugins.onvif.client.envelope import element
from plugins.onvif.client.reading import Element, children, name_of

SCHEMA = "http://www.onvif.org/ver10/schema"


def copied(said: Element, namespace: str, name: str) -> Element:
    """A copy under the name that a request gives it. Parts that a device told in a service's namespace, or in none, are
    put into the schema's, where it reads them.
    """
    made = copy.deepcopy(said)
    made.tail = None
    for one in made.iter():
        if isinstance(one.tag, str) and _misplaced(etree.QName(one).namespace):
            one.tag = f"{{{SCHEMA}}}{name_of(one)}"
    made.tag = f"{{{namespace}}}{name}"
    return made


def put(parent: Element, name: str, content: str, order: Sequence[str] = ()) -> None:
    """Give a child this text. One that is missing is made, at its place in `order`, or last."""
    there(parent, name, order).text = content


def there(parent: Element, name: str, order: Sequence[str] = ()) -> Element:
    """The child of this name, made where it is missing."""
    known = children(parent, name)
    if known:
        return known[0]
    made = element(SCHEMA, name)
    before = set(order[: order.index(name)]) if name in order else {name_of(one) for one in parent}
    place = max((at for at, one in enumerate(parent, 1) if name_of(one) in before), default=0)
    parent.insert(place, made)
    return made


def drop(parent: Element, *names: str) -> None:
    """Remove children of these names."""
    for name in names:
        for one in children(parent, name):
            parent.remove(one)


def truth(said: str | None) -> bool:
    """An xs:boolean as devices write it."""
    return (said or "").strip().lower() in ("true", "1")


def _misplaced(namespace: str | None) -> bool:
    return not namespace or (namespace.startswith("http://www.onvif.org/") and namespace != SCHEMA)
