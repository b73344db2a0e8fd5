"""SOAP 1.2 envelopes (W3C), and the faults ONVIF asks for (ONVIF Core Specification 5.11)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from plugins.simulator.onvif.markup import Element, env, find

_NAMED = ["env", "xs", "tt", "tns1", "tnssim", "ter", "wsnt", "wsa", "wsrf-rw"]  # prefixes that values may have
_PARSER_OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class SoapFault(Exception):
    """An operation's refusal. codes: from the outermost inwards: "Sender", "ter:InvalidArgVal", "ter:NoProfile"."""

    def __init__(self, reason: str, *codes: str, status: int = 400) -> None:
        super().__init__(reason)
        self.codes = codes or ("Sender", "ter:InvalidArgVal")
        self.status = status


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request: its header (None without one) and the one element of its body."""

    header: Element | None
    body: Element


def parse(data: bytes) -> Envelope:
    """Read a request. Raises SoapFault for anything that is no SOAP envelope with a body."""
    try:
        root = etree.fromstring(data, etree.XMLParser(**_PARSER_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SoapFault(f"not well-formed: {error}", "Sender", "ter:WellFormed") from None
    body = find(root, "Body")
    if etree.QName(root).localname != "Envelope" or body is None or not len(body):
        raise SoapFault("no envelope with a body", "Sender", "ter:WellFormed")
    return Envelope(find(root, "Header"), body[0])


def envelope(content: Element, header: list[Element] | None = None) -> bytes:
    """An answer around one element."""
    whole = env("Envelope", env("Header", header) if header else None, env("Body", content))
    etree.cleanup_namespaces(whole, keep_ns_prefixes=_NAMED)
    return bytes(etree.tostring(whole, xml_declaration=True, encoding="UTF-8"))


def fault(error: SoapFault) -> bytes:
    """A refusal as an envelope (SOAP 1.2 5.4)."""
    code = None
    for name in reversed(error.codes):
        outermost = (code is None and len(error.codes) == 1) or name is error.codes[0]
        kind = "Code" if outermost else "Subcode"
        code = env(kind, env("Value", name if ":" in name else f"env:{name}"), code)
    reason = env("Text", str(error))
    reason.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    return envelope(env("Fault", code, env("Reason", reason)))
