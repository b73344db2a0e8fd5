"""One ONVIF device: the one object that the rest of the plugin uses. Blocks, so call it from threads.

    device = device_of(settings)
    device.call("ptz", "GetPresets", ProfileToken=token)      # zeep objects
    device.media2(element(NAMESPACES["media2"], "GetProfiles"))  # lxml, read by local name

It owns the connections, what was learnt about authentication, and the device's clock; it is cheap to make, since all
devices share the parsed WSDL documents. Thread-safe.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from core.api import Clock, SystemClock
from plugins.onvif.client import reading, skew, wsdl
from plugins.onvif.client.address import Address, port_of, relocated, tidied
from plugins.onvif.client.envelope import add_headers, addressing, element, envelope, serialised, user_token
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.login import Dress, Login, Way, refusal
from plugins.onvif.client.patience import Patience
from plugins.onvif.client.reading import Element
from plugins.onvif.client.trace import Exchange, Trace
from plugins.onvif.client.transport import Answer, Transport

SECONDS = 5.0
_SERVICES_FRESH_S = 3600.0
_SHORTEST_S = 0.2
# May be sent twice when a kept connection turns out to be dead: twice is as once (RFC 9110, 9.2.2).
_REPEATABLE = ("Get", "Set", "Stop", "Goto", "Renew", "Unsubscribe", "Pull", "ContinuousMove", "AbsoluteMove")
_TDS = wsdl.NAMESPACES["device"]
_CAPABILITIES = {
    "Device": "device",
    "Media": "media",
    "Events": "events",
    "Imaging": "imaging",
    "PTZ": "ptz",
    "Analytics": "analytics",
    "DeviceIO": "deviceio",
    "Recording": "recording",
    "Search": "search",
    "Replay": "replay",
    "Receiver": "receiver",
}


class Device:
    """A device and one of its users.

    deadline: seconds for a call, its authentication included. nat: read what the device says about its own host and
    port as the address given here. rtsp_port: where its streams are reached, 0 where it says. pin: see Transport.
    patience: after refused passwords, of this process unless it is shared.
    """

    def __init__(
        self,
        address: Address,
        user: str,
        password: str,
        *,
        clock: Clock | None = None,
        deadline: float = SECONDS,
        nat: bool = True,
        rtsp_port: int = 0,
        pin: str = "",
        trace: Trace | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.address = address
        self.deadline = deadline
        self._clock = clock or SystemClock()
        self._nat = nat
        self._rtsp_port = rtsp_port
        self._trace = trace
        self._transport = Transport(pin)
        self._login = Login(user, password, patience or Patience(self._clock))
        self._lock = threading.RLock()
        self._services: dict[str, str] = {}
        self._services_at = 0.0
        self._advertised_port: int | None = None
        self._skew_ms = 0
        self._skew_at: float | None = None

    # Asking

    def call(self, service: str, operation: str, *, deadline: float | None = None, **values: Any) -> Any:
        """Ask a service (`wsdl.NAMESPACES`); the answer as zeep reads it.

        values: of the operation's request, nested ones as dicts. Raises OnvifError; TypeError and zeep's
        ValidationError for values that do not fit the operation.
        """
        return self._call(self._address_of(service), service, operation, (), deadline, values)

    def call_at(
        self,
        address: str,
        service: str,
        operation: str,
        *,
        headers: Sequence[Element] = (),
        deadline: float | None = None,
        **values: Any,
    ) -> Any:
        """The same at an address of its own, such as a subscription's. headers: put into the envelope (WS-Addressing
        reference parameters); addressing itself is added where base notification wants it.
        """
        return self._call(address, service, operation, headers, deadline, values)

    def raw(
        self,
        service: str,
        operation: str,
        *,
        address: str = "",
        headers: Sequence[Element] = (),
        deadline: float | None = None,
        **values: Any,
    ) -> Element:
        """As `call` or `call_at`, but the answer's element, to be read by local name (`reading`)."""
        of = wsdl.operation(service, operation)
        where = address or self._address_of(service)
        answer = self._converse(where, of.create(**values).content, operation, of.soapaction, headers, deadline)
        return reading.content_of(answer)

    def ask(
        self,
        service: str,
        body: Element,
        *,
        address: str = "",
        headers: Sequence[Element] = (),
        action: str = "",
        deadline: float | None = None,
    ) -> Element:
        """Send a request made by hand, and read its answer by local name; needs no WSDL, and no memory for it."""
        where = address or self._address_of(service)
        operation = reading.name_of(body)
        action = action or f"{wsdl.NAMESPACES[service]}/{operation}"
        return reading.content_of(self._converse(where, envelope(body), operation, action, headers, deadline))

    def media2(self, body: Element, *, deadline: float | None = None) -> Element:
        """Ask the Media2 service (ONVIF Media2), for which onvif-zeep has no WSDL."""
        return self.ask("media2", body, deadline=deadline)

    # What it knows about the device

    def services(self) -> dict[str, str]:
        """Addresses of its services by namespace, as they are reached from here; asked once an hour."""
        with self._lock:
            if not self._services or self._clock.monotonic() - self._services_at > _SERVICES_FRESH_S:
                found = self._advertised_services()
                own = tidied(found.get(_TDS, ""), self.address.url)
                self._advertised_port = port_of(own) if own else self._likely_port(found)
                self._services = {name: self.reachable(where) for name, where in found.items()}
                self._services_at = self._clock.monotonic()
            return self._services

    def offers(self, service: str) -> bool:
        """Whether it has this service (`wsdl.NAMESPACES`)."""
        return service == "device" or wsdl.NAMESPACES[service] in self.services()

    def now_ms(self) -> int:
        """UTC ms by the device's own clock."""
        return self._clock.wall_ms() + self.ahead_ms()

    def ahead_ms(self) -> int:
        """How many ms the device's clock is ahead of ours, as it was within the last hour."""
        with self._lock:
            if self._skew_at is None or self._clock.monotonic() - self._skew_at > skew.FRESH_S:
                self.read_clock()
            return self._skew_ms

    def read_clock(self) -> int:
        """Ask for its time, without credentials, and return how many ms it is ahead of ours."""
        started = self._clock.wall_ms()
        body = envelope(element(_TDS, "GetSystemDateAndTime"))
        found: int | None = None
        try:
            answer = self._post(self.address.url, body, "GetSystemDateAndTime", "", Dress(Way.NONE), self.deadline)
            found = skew.time_of_header(answer.headers.get("date", []))
            told = reading.content_of(reading.answer_of(answer.body, answer.status))
            found = skew.time_of(told) or found
        except OnvifError as error:
            if error.kind in ("unreachable", "timeout", "certificate"):
                raise
        with self._lock:
            middle = (started + self._clock.wall_ms()) // 2
            self._skew_ms = found - middle if found is not None else 0
            self._skew_at = self._clock.monotonic()
            return self._skew_ms

    def reachable(self, address: str) -> str:
        """An address that the device tells, as it is reached from here: also of streams, pictures, subscriptions.

        Raises OnvifError when it is none.
        """
        parts = tidied(address, self.address.url)
        if parts is None:
            raise OnvifError("nonsense", f"The device gave an address that is none: {address[:100]!r}.")
        if not self._nat:
            return parts.geturl()
        return relocated(parts, self.address, self._advertised_port, self._rtsp_port)

    def fetch(self, url: str, *, deadline: float | None = None) -> Answer:
        """GET something, such as a snapshot, as the same user. Raises OnvifError."""
        from plugins.onvif.client.fetching import fetch

        self._login.check()
        return fetch(self._transport, url, self._login.user, self._login.password, deadline or self.deadline)

    def close(self) -> None:
        """Give its connections back; the next call makes new ones."""
        self._transport.close()

    # The way there and back

    def _call(
        self,
        address: str,
        service: str,
        operation: str,
        headers: Sequence[Element],
        deadline: float | None,
        values: dict[str, Any],
    ) -> Any:
        of = wsdl.operation(service, operation)
        request = of.create(**values).content
        return wsdl.read(of, self._converse(address, request, operation, of.soapaction, headers, deadline))

    def _converse(
        self,
        address: str,
        request: Element,
        operation: str,
        action: str,
        headers: Sequence[Element],
        deadline: float | None,
    ) -> Element:
        """The envelope of the answer, credentials given as the device wants them."""
        extra = [*headers, *addressing(action, address)]
        if extra:
            add_headers(request, extra)
        seconds = deadline or self.deadline
        with self._login.turn():
            was_proven = self._login.proven
            try:
                return self._authenticated(address, request, operation, action, seconds)
            except OnvifError as error:
                if error.kind not in ("auth", "locked") or not self._login.user:
                    raise
                if was_proven:
                    self._login.check()  # another was told so meanwhile: no further try
                if was_proven and error.kind == "auth" and self._still_welcome():
                    sentence = f"The user {self._login.user} may not do this on the device ({operation})."
                    raise OnvifError("auth", sentence, codes=error.codes, status=error.status) from error
                self._login.refused()
                raise

    def _authenticated(self, address: str, request: Element, operation: str, action: str, seconds: float) -> Element:
        ends = time.monotonic() + seconds
        tried: list[Way] = []
        clock_read = False
        while True:
            worn = self._login.dress("POST", _target(address))
            tried.append(worn.way)
            left = max(_SHORTEST_S, ends - time.monotonic())
            answer = self._post(address, request, operation, action, worn, left)
            try:
                found = reading.answer_of(answer.body, answer.status)
            except OnvifError as error:
                if error.kind != "auth" or "OperationProhibited" in error.codes:
                    raise
                if worn.way is Way.TOKEN and not clock_read and self._clock_was_wrong():
                    clock_read = True
                    continue
                if not self._login.learn(worn, answer.status, answer.headers.get("www-authenticate", []), tried):
                    raise refusal(self._login.user, worn.way, answer.body, error) from error
                continue
            self._login.accepted(worn)
            return found

    def _post(self, address: str, request: Element, operation: str, action: str, worn: Dress, seconds: float) -> Answer:
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        if worn.authorization:
            headers["Authorization"] = worn.authorization
        data = self._signed(request) if worn.way is Way.TOKEN else serialised(request)
        started = self._clock.wall_ms()
        try:
            answer = self._transport.post(address, data, headers, seconds, again=operation.startswith(_REPEATABLE))
        except OnvifError as error:
            self._note(started, address, operation, data, worn, failure=str(error))
            raise
        self._note(started, address, operation, data, worn, answer)
        return answer

    def _signed(self, request: Element) -> bytes:
        token = user_token(self._login.user, self._login.password, self.now_ms())
        add_headers(request, [token])
        try:
            return serialised(request)
        finally:
            header = token.getparent()
            if header is not None:
                header.remove(token)

    def _clock_was_wrong(self) -> bool:
        """Whether its clock has moved since it was last read: the token was dated wrongly then."""
        before = self._skew_ms
        return abs(self.read_clock() - before) > 2000

    def _still_welcome(self) -> bool:
        """Whether the device still knows user and password, which it accepted before."""
        request = envelope(element(_TDS, "GetDeviceInformation"))
        try:
            self._authenticated(self.address.url, request, "GetDeviceInformation", "", self.deadline)
        except OnvifError:
            return False
        return True

    def _note(
        self,
        started: int,
        url: str,
        operation: str,
        request: bytes,
        worn: Dress,
        answer: Answer | None = None,
        failure: str = "",
    ) -> None:
        if self._trace is None:
            return
        took = self._clock.wall_ms() - started
        status, body = (answer.status, answer.body) if answer else (0, b"")
        self._trace.add(Exchange(started, took, url, operation, request, worn.authorization, status, body, failure))

    # Its services

    def _address_of(self, service: str) -> str:
        if service == "device":
            return self.address.url
        found = self.services().get(wsdl.NAMESPACES[service])
        if found is None:
            raise OnvifError("unsupported", f"The device has no {service} service.")
        return found

    def _advertised_services(self) -> dict[str, str]:
        """As it tells them: GetServices, and GetCapabilities where that is missing or has no streams."""
        found: dict[str, str] = {}
        try:
            request = element(_TDS, "GetServices", element(_TDS, "IncludeCapability", "false"))
            for one in reading.children(self.ask("device", request), "Service"):
                found[reading.text(one, "Namespace")] = reading.text(one, "XAddr")
        except OnvifError as error:
            if error.kind not in ("unsupported", "fault", "nonsense"):
                raise
        if not found.keys() & {wsdl.NAMESPACES["media"], wsdl.NAMESPACES["media2"]}:
            found = self._capabilities() | found
        return {name: where for name, where in found.items() if where}

    def _capabilities(self) -> dict[str, str]:
        request = element(_TDS, "GetCapabilities", element(_TDS, "Category", "All"))
        answer = self.ask("device", request)
        found = {}
        for name, service in _CAPABILITIES.items():
            for one in reading.every(answer, name):
                if where := reading.text(one, "XAddr"):
                    found[wsdl.NAMESPACES[service]] = where
        return found

    def _likely_port(self, found: dict[str, str]) -> int | None:
        """Where the device does not tell where its device service is: the port that most services are on."""
        parts = [tidied(where, self.address.url) for where in found.values()]
        ports = [port_of(one) for one in parts if one is not None]
        return max(ports, key=ports.count) if ports else None


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
