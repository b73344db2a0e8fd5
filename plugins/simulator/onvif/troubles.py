"""What can be wrong with a simulated device's ONVIF face, on command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from plugins.simulator.onvif.markup import PREFIXES

NAT = ("198.51.100.7", 1080)  # what a device behind a port forwarding believes to be (TEST-NET-2, RFC 5737)
HTML = b"<!DOCTYPE html><html><head><title>Login</title></head><body><form action=/login></form></body></html>"
_UNDECLARED = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver'
    b"</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason>"
    b'<s:Text xml:lang="en">Optional action not implemented</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
)


class Trouble(StrEnum):
    """A trouble of real devices. Several at once are possible; each lasts until it is cleared."""

    NAT = "nat"  # advertises another host and port, in all its addresses
    LYING = "lying"  # advertises its loopback address with a doubled port
    SLOW = "slow"  # answers after 30 s
    SILENT = "silent"  # takes requests and never answers
    HTML = "html"  # answers 200 with its web page
    GONE = "gone"  # answers 404
    PREFIX = "prefix"  # refuses with a fault whose prefix is declared nowhere
    NAMESPACES = "namespaces"  # writes elements in the namespace of the service instead of the schema's
    EMPTY = "empty"  # its notifications hold no message
    STORM = "storm"  # PullMessages returns at once, with nothing, for ever
    FULL = "full"  # dead clients hold all its subscriptions
    RELATIVE = "relative"  # the address of a subscription is a path only
    REFERENCES = "references"  # all subscriptions have one address, and an id that must be echoed in a header
    ADDRESSING = "addressing"  # refuses Renew and Unsubscribe without WS-Addressing
    OFF = "off"  # closes connections as soon as a request comes


@dataclass(frozen=True, slots=True)
class Affliction:
    """How far a trouble goes. only: the prefix of the one service it is about, such as "tev"; seconds: of SLOW."""

    only: str = ""
    seconds: float = 30.0

    def strikes(self, prefix: str) -> bool:
        """Whether it is about a service."""
        return self.only in ("", prefix)


def undeclared_fault() -> bytes:
    """A fault whose subcode has a prefix that is declared nowhere."""
    return _UNDECLARED


def misnamed(data: bytes) -> bytes:
    """An answer with the schema's elements in the namespace of the answer itself."""
    root = etree.fromstring(data)
    body = root.find(f"{{{PREFIXES['env']}}}Body")
    own = etree.QName(body[0]).namespace
    for node in body[0].iter(f"{{{PREFIXES['tt']}}}*"):
        node.tag = f"{{{own}}}{etree.QName(node).localname}"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
