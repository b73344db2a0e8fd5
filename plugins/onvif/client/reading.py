"""Reading what devices answer: by local name, since namespaces, prefixes and order are often wrong.

XML comes in without DTD, entities or network (CWE-611, CWE-776). Prefixes that nobody declared are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lxml import etree

from plugins.onvif.client.errors import OnvifError

Element: TypeAlias = etree._Element

_REFUSED = frozenset({"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "FailedCheck", "OperationProhibited"})
_UNSUPPORTED = frozenset({"ActionNotSupported", "OptionalActionNotImplemented", "NotSupported", "UnknownAction"})
_REFUSED_WORDS = ("not authorized", "unauthorized", "authority failure", "authentication fail", "auth fail")
_SHOWN = 200


def name_of(element: Element) -> str:
    """The name without namespace and prefix; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def children(element: Element | None, name: str) -> list[Element]:
    """The children of this name, whatever their namespace and case."""
    wanted = name.lower()
    return [] if element is None else [one for one in element if name_of(one).lower() == wanted]


def find(element: Element | None, *path: str) -> Element | None:
    """The first descendant along these names."""
    for name in path:
        found = children(element, name)
        if not found:
            return None
        element = found[0]
    return element


def text(element: Element | None, *path: str) -> str:
    """What stands in the first descendant along these names, without blanks around; empty where there is none."""
    found = find(element, *path)
    return "".join(found.itertext()).strip() if found is not None else ""


def number(element: Element | None, *path: str) -> float | None:
    """The same as a number; None where there is none."""
    try:
        return float(text(element, *path))
    except ValueError:
        return None


def every(element: Element, name: str) -> Iterator[Element]:
    """All descendants of this name, in document order."""
    wanted = name.lower()
    return (one for one in element.iter() if name_of(one).lower() == wanted)


def parse(data: bytes) -> Element | None:
    """The root of an XML document, mended where that is possible; None when it is none at all."""
    begin, end = data.find(b"<"), data.rfind(b">")
    if begin < 0 or end < begin:
        return None
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data[begin : end + 1], parser)
    except etree.XMLSyntaxError:
        return None
    if root is None or root.getroottree().docinfo.doctype:
        return None
    for one in root.iter():
        if isinstance(one.tag, str) and ":" in one.tag.rpartition("}")[2]:
            one.tag = name_of(one)
    return root


def answer_of(data: bytes, status: int) -> Element:
    """The envelope of an answer that is neither a fault nor something else than SOAP. Raises OnvifError."""
    root = parse(data)
    if root is None or name_of(root) != "Envelope":
        raise _no_soap(data, status)
    body = find(root, "Body")
    fault = find(body, "Fault")
    if fault is not None:
        raise fault_of(fault, status)
    if status >= 300 or body is None:
        raise _no_soap(data, status)
    return root


def content_of(envelope: Element) -> Element:
    """The first element in the body, which is the answer. Raises OnvifError when the body is empty."""
    body = find(envelope, "Body")
    first = next(iter(body), None) if body is not None else None
    if first is None:
        raise OnvifError("nonsense", "The device answered with an empty message.")
    return first


def fault_of(fault: Element, status: int) -> OnvifError:
    """A SOAP fault of either version, also with prefixes that nobody declared (SOAP 1.2 part 1, 5.4)."""
    values = [*every(fault, "Value"), *children(fault, "faultcode")]
    codes = tuple(text(one).rpartition(":")[2] for one in values)
    reason = " ".join((text(fault, "Reason") or text(fault, "faultstring") or text(fault, "Detail")).split())[:_SHOWN]
    if _REFUSED & set(codes) or any(word in reason.lower() for word in _REFUSED_WORDS):
        return OnvifError("auth", f"The device refuses: {reason or codes[-1]}.", codes=codes, status=status)
    if _UNSUPPORTED & set(codes):
        return OnvifError("unsupported", "The device does not offer this.", codes=codes, status=status)
    told = ", ".join(part for part in (reason, _last(codes)) if part) or "it gave no reason"
    lasting = any(code.startswith("InvalidArg") for code in codes)
    return OnvifError("fault", f"The device refuses: {told}.", lasting=lasting, codes=codes, status=status)


def _last(codes: Sequence[str]) -> str:
    return codes[-1] if codes and codes[-1] not in ("Sender", "Receiver") else ""


def _no_soap(data: bytes, status: int) -> OnvifError:
    if status in (401, 403):
        return OnvifError("auth", f"The device refuses the user (HTTP {status}).", status=status)
    if status in (404, 405, 410, 501):
        return OnvifError("unsupported", f"There is no such service on the device (HTTP {status}).", status=status)
    what = "a web page" if b"<html" in data[:2000].lower() else "something else" if data else "nothing"
    told = f" (HTTP {status})" if status != 200 else ""
    return OnvifError("nonsense", f"The device answered with {what} where ONVIF is expected{told}.", status=status)
