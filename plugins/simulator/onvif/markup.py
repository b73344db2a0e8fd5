"""XML as devices write and read it: elements made by name, requests read by local name whatever their namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from lxml import etree

Element = Any  # lxml's element class has no public name to annotate with

PREFIXES = {
    "env": "http://www.w3.org/2003/05/soap-envelope",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wstop": "http://docs.oasis-open.org/wsn/t-1",
    "tns1": "http://www.onvif.org/ver10/topics",
    "tnssim": "urn:eyrie:simulator:topics",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "wsrf-rw": "http://docs.oasis-open.org/wsrf/rw-2",
    "ter": "http://www.onvif.org/ver10/error",
}

Content = Any  # text, number, truth, element, None (left out), or any of these in an iterable


class Maker:
    """Makes elements of one namespace: `tt("Name", "gate", token="1")`."""

    def __init__(self, prefix: str) -> None:
        self.uri = PREFIXES[prefix]

    def __call__(self, name: str, *content: Content, **attributes: Any) -> Element:
        """An element; attributes that are None are left out."""
        given = {key: written(value) for key, value in attributes.items() if value is not None}
        element = etree.Element(f"{{{self.uri}}}{name}", given, nsmap=PREFIXES)
        _fill(element, content)
        return element


def _fill(element: Element, content: Iterable[Content]) -> None:
    for piece in content:
        if piece is None:
            continue
        if etree.iselement(piece):
            element.append(piece)
        elif isinstance(piece, Iterable) and not isinstance(piece, str):
            _fill(element, piece)
        else:
            element.text = written(piece)


def written(value: Any) -> str:
    """A value as XML Schema writes it: true, 0.5, P-less text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


env, wsa, tt, tds, trt, tr2 = (Maker(prefix) for prefix in ("env", "wsa", "tt", "tds", "trt", "tr2"))
tptz, timg, tev, tmd = (Maker(prefix) for prefix in ("tptz", "timg", "tev", "tmd"))
trc, tse, trp, wsnt = (Maker(prefix) for prefix in ("trc", "tse", "trp", "wsnt"))


def find(node: Element, path: str) -> Element | None:
    """The first element at a path of local names such as "Velocity/PanTilt", or None."""
    return node.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def find_all(node: Element, path: str) -> list[Element]:
    """All elements at a path of local names."""
    return list(node.findall("/".join(f"{{*}}{name}" for name in path.split("/"))))


def text(node: Element, path: str, default: str = "") -> str:
    """The stripped text at a path; the default where there is none."""
    found = find(node, path)
    return (found.text or "").strip() or default if found is not None else default


def number(value: str | None, default: float = 0.0) -> float:
    """A number as somebody wrote it; the default for nonsense."""
    try:
        return float(value) if value is not None else default
    except ValueError:
        return default


def truth(node: Element, path: str, default: bool = False) -> bool:
    """An xs:boolean at a path."""
    return text(node, path, "true" if default else "false").lower() in ("true", "1")


def instant(ms: int) -> str:
    """UTC ms since 1970 as xs:dateTime."""
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$")


def seconds_of(value: str, now_ms: int) -> float:
    """Seconds of an xs:duration such as PT1M, or until an xs:dateTime. Raises ValueError."""
    if (found := _DURATION.match(value)) is not None:
        days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds
    return datetime.fromisoformat(value).timestamp() - now_ms / 1000


def local(node: Element) -> str:
    """An element's name without its namespace."""
    return str(etree.QName(node).localname)
