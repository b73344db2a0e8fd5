"""The schemas that come with onvif-zeep, to check a device's answers against."""

from __future__ import annotations

from functools import cache
from importlib.metadata import files
from pathlib import Path

from lxml import etree

from plugins.simulator.onvif.markup import PREFIXES, Element

_XS = "http://www.w3.org/2001/XMLSchema"
_DOCUMENTS = {
    "tds": "devicemgmt.wsdl",
    "trt": "media.wsdl",
    "tptz": "ptz.wsdl",
    "timg": "imaging.wsdl",
    "tev": "events.wsdl",
    "wsnt": "bw-2.wsdl",
    "tmd": "deviceio.wsdl",
    "trc": "recording.wsdl",
    "tse": "search.wsdl",
    "trp": "replay.wsdl",
}


@cache
def folder() -> Path:
    """Where the package's WSDL files lie."""
    found = next(path for path in files("onvif-zeep") or [] if path.name == "devicemgmt.wsdl")
    return Path(str(found.locate())).parent


@cache
def schema(prefix: str) -> etree.XMLSchema:
    """The types of one service's WSDL."""
    path = folder() / _DOCUMENTS[prefix]
    types = etree.parse(str(path)).find(f".//{{{_XS}}}schema")
    # By way of text, so that the prefixes declared around it come along.
    return etree.XMLSchema(etree.fromstring(etree.tostring(types), base_url=str(path)))


def complaints(element: Element) -> list[str]:
    """What the schema of its namespace has against an answer; nothing for Media2, whose schema does not come along."""
    namespace = etree.QName(element).namespace
    prefix = next(prefix for prefix, uri in PREFIXES.items() if uri == namespace)
    if prefix not in _DOCUMENTS:
        return []
    alone = etree.fromstring(etree.tostring(element))
    checked = schema(prefix)
    checked.validate(alone)
    return [f"{etree.QName(element).localname}: {entry.message}" for entry in checked.error_log]
