"""What can be wrong with a simulated device's ONVIF face, on command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from plugins.simulator.onvif.markup import PREFIXES, Element, Maker, find, find_all, local

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
    CLAMPS = "clamps"  # takes what it cannot do as the nearest it can, and says nothing of it
    STUBBORN = "stubborn"  # says that it has changed, and has not
    HALF = "half"  # reads what it does not let be written
    BARE = "bare"  # its options lack all that the schema lets them lack
    WHOLE = "whole"  # refuses settings of which a part is missing


@dataclass(frozen=True, slots=True)
class Affliction:
    """How far a trouble goes. only: the prefix of the one service it is about, such as "tev"; seconds: of SLOW."""

    only: str = ""
    seconds: float = 30.0

    def strikes(self, prefix: str) -> bool:
        """Whether it is about a service."""
        return self.only in ("", prefix)


_KEPT_AS_IT_WAS = frozenset(
    {
        "SetHostname",
        "SetImagingSettings",
        "SetMask",
        "SetNTP",
        "SetOSD",
        "SetSystemDateAndTime",
        "SetUser",
        "SetVideoEncoderConfiguration",
    }
)
_NOT_WRITTEN = frozenset(
    {
        "CreateMask",
        "CreateOSD",
        "CreateUsers",
        "DeleteMask",
        "DeleteOSD",
        "DeleteUsers",
        "GetMaskOptions",
        "GetOSDOptions",
        "SetDNS",
        "SetImagingSettings",
        "SetMask",
        "SetNTP",
        "SetNetworkInterfaces",
        "SetOSD",
        "SetUser",
    }
)
_WHOLE = {
    "SetVideoEncoderConfiguration": (
        "Configuration",
        ("Name", "UseCount", "Encoding", "Resolution", "RateControl", "Multicast", "Quality"),
    ),
    "SetImagingSettings": (
        "ImagingSettings",
        ("BacklightCompensation", "Brightness", "ColorSaturation", "Contrast", "Exposure", "Focus", "Sharpness"),
    ),
}
_MAY_LACK = {
    "GetVideoEncoderConfigurationOptionsResponse": ("Options", ("H264", "Extension")),
    "GetOptionsResponse": ("ImagingOptions", ()),
    "GetOSDOptionsResponse": ("OSDOptions", ("TextOption",)),
}
"""Answers of options: the element that holds them, and what of it may be missing (all, where none is named)."""


def answered_without_doing(prefix: str, operation: str) -> Element | None:
    """What a STUBBORN device says to a change; None where it has to do what it is asked."""
    return Maker(prefix)(f"{operation}Response") if operation in _KEPT_AS_IT_WAS else None


def is_unwritten(operation: str) -> bool:
    """Whether a HALF device does not know this operation."""
    return operation in _NOT_WRITTEN


def missing_part(operation: str, body: Element) -> str:
    """What a WHOLE device misses in a request, "" for nothing."""
    holder, parts = _WHOLE.get(operation, ("", ()))
    return next((part for part in parts if find(body, f"{holder}/{part}") is None), "")


def made_bare(answer: Element) -> None:
    """Take out of options what they may lack. Changes the answer."""
    holder, parts = _MAY_LACK.get(local(answer), ("", ()))
    for options in find_all(answer, holder) if holder else ():
        for part in list(options):
            if not parts or local(part) in parts:
                options.remove(part)
        options.attrib.clear()


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
