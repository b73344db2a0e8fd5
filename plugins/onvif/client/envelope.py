"""SOAP 1.2 envelopes and what goes into their header: user name tokens and addressing."""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from lxml import etree

from plugins.onvif.client.reading import Element

SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSA = "http://www.w3.org/2005/08/addressing"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_WSSE, _WSU = f"{_WSS}wssecurity-secext-1.0.xsd", f"{_WSS}wssecurity-utility-1.0.xsd"
_DIGEST = f"{_WSS}username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_WSS}soap-message-security-1.0#Base64Binary"
_ADDRESSED = "http://docs.oasis-open.org/wsn/"


def element(namespace: str, name: str, *content: Element | str, **attributes: str) -> Element:
    """An element with text and children, for small requests without a WSDL."""
    made = etree.Element(f"{{{namespace}}}{name}", {key: str(value) for key, value in attributes.items()})
    for one in content:
        if isinstance(one, str):
            made.text = one
        else:
            made.append(one)
    return made


def envelope(body: Element) -> Element:
    """An envelope around a request."""
    made = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    etree.SubElement(made, f"{{{SOAP}}}Body").append(body)
    return made


def serialised(request: Element) -> bytes:
    """As it goes over the wire."""
    data: bytes = etree.tostring(request, xml_declaration=True, encoding="utf-8")
    return data


def add_headers(to: Element, headers: Iterable[Element]) -> None:
    """Put elements into an envelope's header."""
    header = to.find(f"{{{SOAP}}}Header")
    if header is None:
        header = etree.Element(f"{{{SOAP}}}Header")
        to.insert(0, header)
    header.extend(headers)


def addressing(action: str, to: str) -> list[Element]:
    """WS-Addressing headers of a request, for base notification only: its WSDL asks for none, devices want them.

    Media and PTZ services of some devices choke on them, so that no others get any.
    """
    if not action.startswith(_ADDRESSED):
        return []
    return [
        element(_WSA, "Action", action),
        element(_WSA, "MessageID", f"urn:uuid:{uuid.uuid4()}"),
        element(_WSA, "To", to),
    ]


def user_token(user: str, password: str, created_ms: int, random: Callable[[int], bytes] = os.urandom) -> Element:
    """A UsernameToken with password digest (WSS UsernameToken Profile 1.1, 3.1). created_ms: UTC by the device's clock.

    `Z` and whole seconds: some firmware reads nothing else.
    """
    nonce = random(16)
    created = datetime.fromtimestamp(created_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    token = element(
        _WSSE,
        "UsernameToken",
        element(_WSSE, "Username", user),
        element(_WSSE, "Password", base64.b64encode(digest).decode(), Type=_DIGEST),
        element(_WSSE, "Nonce", base64.b64encode(nonce).decode(), EncodingType=_BASE64),
        element(_WSU, "Created", created),
    )
    security = element(_WSSE, "Security", token)
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    return security
