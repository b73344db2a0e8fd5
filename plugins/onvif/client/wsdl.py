"""The WSDL documents of onvif-zeep: each parsed once a process and shared by all devices.

They build requests and read answers; nothing is sent through them. Parsing them all takes about a second and 50 MB, so
that each is loaded by its first call. Their terms forbid changed copies: what is wrong in them is corrected in memory.
"""

from __future__ import annotations

import logging
import threading
from importlib import metadata
from pathlib import Path
from typing import Any

from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, content_of, find, name_of

log = logging.getLogger("eyrie.onvif")

NAMESPACES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "media2": "http://www.onvif.org/ver20/media/wsdl",
    "ptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "imaging": "http://www.onvif.org/ver20/imaging/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
    "deviceio": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "search": "http://www.onvif.org/ver10/search/wsdl",
    "replay": "http://www.onvif.org/ver10/replay/wsdl",
    "recording": "http://www.onvif.org/ver10/recording/wsdl",
    "receiver": "http://www.onvif.org/ver10/receiver/wsdl",
    "analytics": "http://www.onvif.org/ver20/analytics/wsdl",
}
"""Services by the names that the rest of the plugin uses. media2 has no document in onvif-zeep: use `Device.ask`."""

_FILES = {"device": "devicemgmt.wsdl"}
_lock = threading.Lock()
_documents: dict[str, Any] = {}


def operation(service: str, name: str) -> Any:
    """zeep's operation of this name. Raises LookupError: the name is wrong, which no device can help."""
    if service not in NAMESPACES or service == "media2":
        raise LookupError(f"there is no document of the service {service}")
    for binding in _document(service).bindings.values():
        if name in binding.all():
            return binding.get(name)
    raise LookupError(f"the service {service} has no operation {name}")


def read(of: Any, envelope: Element) -> Any:
    """What the operation's answer holds, as zeep objects. Raises OnvifError."""
    body = find(envelope, "Body")
    expected = of.output.body
    if body is not None and not len(body) and not expected.type.elements:
        return None
    answer = content_of(envelope)
    if name_of(answer) != expected.qname.localname:
        raise OnvifError("nonsense", f"The device answered {of.name} with {name_of(answer)[:80]}.")
    try:
        return of.process_reply(envelope)
    except (ValueError, TypeError, AttributeError, LookupError, _zeep_error()) as error:
        raise OnvifError("nonsense", f"The device's answer to {of.name} cannot be read ({error}).") from error


def directory() -> Path:
    """Where onvif-zeep's WSDL files are. Raises FileNotFoundError when its installation has lost them."""
    for file in metadata.files("onvif-zeep") or ():
        if file.name == "devicemgmt.wsdl":
            found = Path(str(file.locate())).resolve()
            if found.exists():
                return found.parent
    raise FileNotFoundError(
        "onvif-zeep is installed without its WSDL files; install it by pip or uv into a virtual environment."
    )


def _document(service: str) -> Any:
    with _lock:
        if service not in _documents:
            _documents[service] = _load(directory() / _FILES.get(service, f"{service}.wsdl"))
        return _documents[service]


def _load(path: Path) -> Any:
    from zeep.settings import Settings
    from zeep.wsdl import Document

    from plugins.onvif.client.shelf import Shelf

    logging.getLogger("zeep").setLevel(logging.CRITICAL)  # it logs a traceback for each odd date of a device
    settings = Settings(strict=False, xsd_ignore_sequence_order=True)
    return Document(str(path), Shelf(), settings=settings)  # type: ignore[arg-type]  # an object, whatever its hint says


def _zeep_error() -> type[Exception]:
    from zeep.exceptions import Error

    return Error
