"""A client of the device's tests: SOAP by hand, so that nothing of Eyrie's own client is between."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from lxml import etree
from requests.auth import HTTPDigestAuth

from plugins.simulator.onvif.markup import PREFIXES, Element, Maker, env, find
from plugins.simulator.onvif.services.catalogue import SERVICES
from plugins.simulator.onvif.tests.schemas import complaints
from plugins.simulator.testing import DeviceFace

PATHS = {service.prefix: service.path for service in SERVICES} | {"wsnt": "/onvif/event_service"}
QUICKLY = {"rtsp_transport": "tcp", "analyzeduration": "300000"}
"""For PyAV: it would look at five seconds of a stream before it decodes."""
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


class Refused(Exception):
    """A fault. status: of HTTP; codes: all its code values; answer: what came."""

    def __init__(self, answer: requests.Response) -> None:
        root = etree.fromstring(answer.content)
        self.codes = [node.text for node in root.iter(f"{{{PREFIXES['env']}}}Value")]
        self.status, self.answer = answer.status_code, answer
        super().__init__(f"{self.status} {self.codes}")


class Talker:
    """Calls one device. Digest unless told otherwise."""

    def __init__(self, device: DeviceFace) -> None:
        self.device = device
        self.session = requests.Session()
        self.session.auth = HTTPDigestAuth(device.user, device.password)

    def ask(self, prefix: str, operation: str, *content: Any, path: str = "") -> Element:
        """One call with the answer's element. content: of the request, made by markup. Raises Refused."""
        answer = self.post(prefix, Maker(prefix)(operation, *content), path=path)
        if answer.status_code != 200:
            raise Refused(answer)
        return find(etree.fromstring(answer.content), "Body")[0]

    def post(self, prefix: str, body: Element, *, header: Element | None = None, path: str = "") -> requests.Response:
        """One envelope, and what came back."""
        whole = env("Envelope", env("Header", header) if header is not None else None, env("Body", body))
        url = f"http://{self.device.address}{path or PATHS[prefix]}"
        kind = {"Content-Type": "application/soap+xml; charset=utf-8"}
        return self.session.post(url, etree.tostring(whole), headers=kind, timeout=20)


def token(user: str, password: str, at: datetime | None = None) -> Element:
    """A Security header with a UsernameToken."""
    nonce, created = secrets.token_bytes(16), f"{at or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    proof = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    security = etree.Element(f"{{{_WSSE}}}Security")
    inside = etree.SubElement(security, f"{{{_WSSE}}}UsernameToken")
    etree.SubElement(inside, f"{{{_WSSE}}}Username").text = user
    word = etree.SubElement(inside, f"{{{_WSSE}}}Password", Type=_DIGEST)
    word.text = base64.b64encode(proof).decode()
    etree.SubElement(inside, f"{{{_WSSE}}}Nonce").text = base64.b64encode(nonce).decode()
    etree.SubElement(inside, f"{{{_WSU}}}Created").text = created
    return security


@pytest.fixture
def client(onvif_device: Callable[..., DeviceFace]) -> Iterator[Callable[..., Talker]]:
    """A factory: a device with these options, and a client of it. Every answer must satisfy the bundled schemas, unless
    checked=False: of devices whose trouble it is that they do not.
    """
    found: list[str] = []

    def check(operation: str, element: Element) -> None:
        found.extend(complaints(element))

    def start(*, checked: bool = True, **options: Any) -> Talker:
        return Talker(onvif_device(on_answer=check if checked else None, **options))

    yield start
    assert not found, found
