"""The files of onvif-zeep as zeep is given them. Loads zeep when imported; see `wsdl`."""

from __future__ import annotations

import re
from pathlib import Path

from zeep.transports import Transport

# Typed as mixed content, so that zeep drops the text, which is the topic.
_TOPIC = re.compile(rb'<xsd:complexType name="TopicExpressionType".*?</xsd:complexType>', re.DOTALL)
_TOPIC_AS_TEXT = (
    b'<xsd:complexType name="TopicExpressionType"><xsd:simpleContent><xsd:extension base="xsd:string">'
    b'<xsd:attribute name="Dialect" type="xsd:anyURI"/></xsd:extension></xsd:simpleContent></xsd:complexType>'
)


class Shelf(Transport):
    """Reads files of the package and nothing else."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # zeep has no types here

    def load(self, url: str) -> bytes:
        """A file, corrected."""
        if "://" in url:
            raise FileNotFoundError(f"{url} is not among the files of onvif-zeep")
        data = Path(url).read_bytes()
        return corrected(data) if url.endswith("b-2.xsd") else data


def corrected(data: bytes) -> bytes:
    """`b-2.xsd` (WS-BaseNotification) with topics as text. Raises ValueError when it is not the known one."""
    data, number = _TOPIC.subn(_TOPIC_AS_TEXT, data)
    if number != 1:
        raise ValueError("b-2.xsd of onvif-zeep has changed; see TopicExpressionType")
    return data
