"""A device that is faulty on request: a plain HTTP server whose every answer a test decides."""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

USER, PASSWORD = "admin", "Secret-12"
PREFIXES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" '
    'xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tns1="http://www.onvif.org/ver10/topics"'
)
INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>C1</tds:Model>"
    "<tds:FirmwareVersion>1</tds:FirmwareVersion><tds:SerialNumber>S1</tds:SerialNumber>"
    "<tds:HardwareId>H1</tds:HardwareId></tds:GetDeviceInformationResponse>"
)


def soap(body: str) -> bytes:
    """An envelope with the usual prefixes."""
    return f"<?xml version='1.0'?><s:Envelope {PREFIXES}><s:Body>{body}</s:Body></s:Envelope>".encode()


def fault(subcode: str, reason: str = "no") -> bytes:
    """A SOAP 1.2 fault whose subcode has a prefix that nobody declared."""
    return soap(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>"
        f"ter:{subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text>{reason}</s:Text></s:Reason></s:Fault>"
    )


def clock(offset_s: float = 0.0, prefix: str = "tt") -> bytes:
    """A GetSystemDateAndTimeResponse."""
    now = datetime.fromtimestamp(time.time() + offset_s, UTC)
    p = prefix
    return soap(
        f"<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><{p}:DateTimeType>Manual</{p}:DateTimeType>"
        f"<{p}:DaylightSavings>false</{p}:DaylightSavings><{p}:UTCDateTime><{p}:Time><{p}:Hour>{now.hour}</{p}:Hour>"
        f"<{p}:Minute>{now.minute}</{p}:Minute><{p}:Second>{now.second}</{p}:Second></{p}:Time><{p}:Date>"
        f"<{p}:Year>{now.year}</{p}:Year><{p}:Month>{now.month}</{p}:Month><{p}:Day>{now.day}</{p}:Day></{p}:Date>"
        f"</{p}:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


@dataclass(frozen=True)
class Asked:
    """One request. operation: name of the body's element; root: the envelope."""

    path: str
    operation: str
    root: etree._Element
    authorization: str
    content_type: str

    @property
    def token(self) -> etree._Element | None:
        """Its UsernameToken."""
        return next((one for one in self.root.iter() if str(one.tag).endswith("}UsernameToken")), None)


Reply = tuple[int, bytes] | tuple[int, bytes, list[tuple[str, str]]]


@dataclass
class Faulty:
    """answers: what each operation gets, by its name. before: looked at first for every request, None to go on."""

    answers: dict[str, bytes | Callable[[Asked], Reply]] = field(default_factory=dict)
    before: Callable[[Asked], Reply | None] | None = None
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    raw: Callable[[BaseHTTPRequestHandler], bool] | None = None

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    def operations(self) -> list[str]:
        """What was asked, oldest first."""
        return [one.operation for one in self.asked]

    def reply(self, one: Asked) -> Reply:
        """The answer to a request."""
        self.asked.append(one)
        if self.before is not None and (early := self.before(one)) is not None:
            return early
        answer = self.answers.get(one.operation)
        if answer is None:
            return 400, fault("ActionNotSupported")
        return answer(one) if callable(answer) else (200, answer)


def digest_wanted(*algorithms: str, stale_after: int = 0) -> Callable[[Asked], Reply | None]:
    """Refuses whoever does not answer one of these challenges, each with a nonce of its own (RFC 7616).

    stale_after: how many requests a nonce is good for, without saying `stale`; 0 for ever.
    """
    state = {"round": 0, "used": 0}

    def look(one: Asked) -> Reply | None:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', one.authorization))
        for algorithm in algorithms:
            state["used"] += given.get("algorithm") == algorithm
            too_often = stale_after and state["used"] > stale_after
            known = given.get("algorithm") == algorithm and given.get("nonce") == nonce(algorithm)
            if known and not too_often and given["response"] == _expected(algorithm, given):
                return None
        state["round"], state["used"] = state["round"] + 1, 0
        challenges = [
            ("WWW-Authenticate", f'Digest realm="r", qop="auth", nonce="{nonce(one)}", algorithm={one}')
            for one in algorithms
        ]
        return 401, b"", challenges

    def nonce(algorithm: str) -> str:
        return f"{algorithm}-{state['round']}"

    return look


def token_wanted(*, offset_s: float = 0.0, status: int = 400) -> Callable[[Asked], Reply | None]:
    """Refuses whoever brings no UsernameToken of the right password, dated within five seconds of its clock."""

    def look(one: Asked) -> Reply | None:
        if one.operation == "GetSystemDateAndTime":
            return None
        token = one.token
        if token is not None and _good(token, offset_s):
            return None
        return status, fault("NotAuthorized", "Sender not Authorized")

    return look


def _good(token: etree._Element, offset_s: float) -> bool:
    said = {str(one.tag).rpartition("}")[2]: one.text or "" for one in token}
    made = datetime.strptime(said["Created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    data = base64.b64decode(said["Nonce"]) + said["Created"].encode() + PASSWORD.encode()
    right = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    return right == said["Password"] and abs(made - time.time() - offset_s) < 5


def _expected(algorithm: str, given: dict[str, str]) -> str:
    kind = {"MD5": "md5", "SHA-256": "sha256"}[algorithm]

    def made(text: str) -> str:
        return hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest()

    secret, what = made(f"{USER}:r:{PASSWORD}"), made(f"POST:{given['uri']}")
    return made(f"{secret}:{given['nonce']}:{given['nc']}:{given['cnonce']}:{given['qop']}:{what}")


@contextmanager
def serving(device: Faulty, context: ssl.SSLContext | None = None) -> Iterator[Faulty]:
    """Run it on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            if device.raw is not None and device.raw(self):
                return
            data = self.rfile.read(int(self.headers["Content-Length"]))
            root = etree.fromstring(data)
            body = next(one for one in root if str(one.tag).endswith("}Body"))
            name = str(body[0].tag).rpartition("}")[2]
            heads = self.headers
            one = Asked(self.path, name, root, heads.get("Authorization", ""), heads.get("Content-Type", ""))
            status, answer, *more = device.reply(one)
            self.send_response(status)
            for key, value in more[0] if more else ():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    device.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield device
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
