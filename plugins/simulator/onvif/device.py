"""A simulated ONVIF device: one or more cameras of the park behind one address."""

from __future__ import annotations

import asyncio
import inspect
import logging
import socket
import ssl
from collections import deque
from collections.abc import Callable, Collection, Sequence

from core.api import Clock, Codec, SystemClock
from plugins.simulator.onvif.gate import Asking, Gate, Verdict
from plugins.simulator.onvif.http import HttpRequest, HttpResponse, HttpServer, HungUp
from plugins.simulator.onvif.markup import Element, local
from plugins.simulator.onvif.metadata import Seer
from plugins.simulator.onvif.model import About, Channel, DeviceSettings, Encoder, Relay, encoder_of
from plugins.simulator.onvif.notices import KINDS, NoticeBoard
from plugins.simulator.onvif.services import devicemgmt
from plugins.simulator.onvif.services.catalogue import SERVICES
from plugins.simulator.onvif.services.imaging import first_settings
from plugins.simulator.onvif.serving import Call, Operation, Service, no_entity
from plugins.simulator.onvif.soap import Envelope, SoapFault, envelope, fault, parse
from plugins.simulator.onvif.troubles import (
    HTML,
    NAT,
    Affliction,
    Trouble,
    answered_without_doing,
    is_unwritten,
    made_bare,
    misnamed,
    missing_part,
    undeclared_fault,
)
from plugins.simulator.onvif.watching import Watch, turns_of
from plugins.simulator.park import OUTPUTS, Park

log = logging.getLogger("eyrie.simulator.onvif")

AWAY_SECONDS = 1.0  # how long a reboot takes
CALLS_KEPT = 2000
STALE_SECONDS = 600.0  # how long dead clients hold their subscriptions
INPUTS = ("1", "2")
_SNAPSHOT = "/onvif/snapshot/"


class OnvifDevice:
    """Serves ONVIF for cameras of a park. Every method is called on the park's loop.

    names: its channels, cameras that are in the park; the first gives the device its identity.
    users: name to password, all administrators at first; they may watch by RTSP too, and nobody else.
    host, port: where to listen; port 0 takes a free one.
    lacks: prefixes of services that it does not have, such as "tr2".
    on_answer: hears of each answer's operation and element, for tests that check them against the schemas.
    """

    def __init__(
        self,
        park: Park,
        names: Sequence[str],
        users: dict[str, str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        asking: Asking = Asking.BOTH,
        clock: Clock | None = None,
        ssl_context: ssl.SSLContext | None = None,
        lacks: Collection[str] = (),
        on_answer: Callable[[str, Element], None] | None = None,
    ) -> None:
        self.park = park
        self._clock = clock or SystemClock()
        self.about = About.of(names[0])
        self.settings = DeviceSettings(hostname=names[0])
        self.gate = Gate(dict(users), asking)
        self.channels = {name: _channel(park, name) for name in names}
        self.relays = {token: Relay() for token in OUTPUTS}
        self.inputs = dict.fromkeys(INPUTS, False)
        self.services = self._offered(set(lacks))
        self.calls: deque[tuple[str, str]] = deque(maxlen=CALLS_KEPT)
        self.obeyed: list[str] = []  # auxiliary commands
        self.searches: dict[str, list[Element]] = {}  # token to results that were not fetched yet
        seers = [seer for name in names if (seer := self._seer_of(name)) is not None]
        self.speaks_metadata = bool(seers)
        self._levels = dict.fromkeys(users, "Administrator")
        self._offset_ms = 0
        self.notices = NoticeBoard(self.now_ms, self._clock.monotonic)
        self._watches: list[Watch | Seer] = [*(self._watch_of(name) for name in names), *seers]
        self._troubles: dict[Trouble, Affliction] = {}
        self._scheme = "https" if ssl_context else "http"
        self._http = HttpServer(self._serve, host, port, ssl_context)
        self._on_answer = on_answer
        self._restarting: asyncio.Task[None] | None = None
        self._share_users()
        self._know_states()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._http.port

    @property
    def address(self) -> str:
        """host:port, as a person would type it."""
        host = self._http.host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def entrance(self) -> str:
        """The address of its device service, as discovery names it; a lying or forwarded device is wrong here too."""
        host = self.address
        if self.suffers(Trouble.NAT):
            host = f"{NAT[0]}:{NAT[1]}"
        elif self.suffers(Trouble.LYING):
            host = "127.0.0.1:80:80"
        return f"{self._scheme}://{host}{devicemgmt.SERVICE.path}"

    def _offered(self, missing: set[str]) -> tuple[Service, ...]:
        """A device without a head has no PTZ service, one without a card none for recordings."""
        if all(self.park.head(name) is None for name in self.channels):
            missing |= {"tptz"}
        if all(self.park.card(name) is None for name in self.channels):
            missing |= {"trc", "tse", "trp"}
        return tuple(service for service in SERVICES if service.prefix not in missing)

    def _watch_of(self, name: str) -> Watch:
        loop_ms, fps = self.park.loop(name)
        return Watch(name, turns_of(self.park.truth(name), fps), loop_ms, self._clock, self.notices)

    def _seer_of(self, name: str) -> Seer | None:
        objects = self.park.objects(name)
        if objects is None:
            return None
        return Seer(self.park.mounts(name), objects, self.park.loop(name), self._clock, self.park.head(name))

    def _know_states(self) -> None:
        for name, channel in self.channels.items():
            for kind in ("motion", "alarm", "tamper", "intrusion", *(("sound",) if channel.audio else ())):
                self.notices.know(kind, _source(kind, name), False)
        for token in self.inputs:
            self.notices.know("input", token, False)
        for token in self.relays:
            self.notices.know("relay", token, "inactive")

    async def start(self) -> None:
        """Listen, and watch. Raises OSError."""
        await self._http.start()
        self.watch()

    def watch(self) -> None:
        """Tell what the scenes show from now on. Idempotent."""
        for watch in self._watches:
            watch.start()

    async def stop(self) -> None:
        """Serve no longer. Idempotent."""
        if self._restarting is not None:
            self._restarting.cancel()
            await asyncio.gather(self._restarting, return_exceptions=True)
        for relay in self.relays.values():
            _halt(relay)
        for watch in self._watches:
            await watch.stop()
        await self._http.stop()

    async def restart(self, *, away: float = 0.0, host: str = "", port: int | None = None) -> None:
        """As after a loss of power: away for some seconds, then back, perhaps elsewhere, its sessions forgotten."""
        await self._http.stop()
        await asyncio.sleep(away)
        self.gate.forget()
        self.notices.forget()
        self.searches.clear()
        self._http.host = host or self._http.host
        self._http.port = self._http.port if port is None else port
        await self._http.start()

    def reboot_soon(self) -> None:
        """Restart when the answer that says so has gone out."""
        self._restart_soon(AWAY_SECONDS)

    def move_soon(self, address: str) -> bool:
        """Go to another address when the answer that says so has gone out. False where the machine does not have it,
        or where the device listens everywhere."""
        if self._http.host in ("0.0.0.0", "") or not _has_address(address):  # noqa: S104 - compared, not bound
            return False
        self._restart_soon(0.0, address)
        return True

    def _restart_soon(self, away: float, host: str = "") -> None:
        async def restart() -> None:
            await asyncio.sleep(0.1)
            await self.restart(away=away, host=host)

        self._restarting = asyncio.get_running_loop().create_task(restart())

    def afflict(self, trouble: Trouble, *, only: str = "", seconds: float = 30.0) -> None:
        """Have a trouble until `heal`. only: the prefix of the one service it is about."""
        self._troubles[trouble] = Affliction(only, seconds)
        if trouble is Trouble.FULL:
            self.notices.fill(STALE_SECONDS)

    def heal(self) -> None:
        """Have no trouble, the right time, no locked account and no dead subscriptions."""
        for subscription in self.notices.live:
            if subscription.dead:
                self.notices.end(subscription)
        self._troubles.clear()
        self._offset_ms = 0
        self.gate.forget()

    @property
    def troubles(self) -> list[Trouble]:
        """Those it has."""
        return list(self._troubles)

    def suffers(self, trouble: Trouble, prefix: str = "") -> Affliction | None:
        """The trouble, if it has it and it is about this service."""
        found = self._troubles.get(trouble)
        return found if found is not None and found.strikes(prefix) else None

    def true_ms(self) -> int:
        """The time, UTC ms."""
        return self._clock.wall_ms()

    def now_ms(self) -> int:
        """The time as the device has it."""
        return self.true_ms() + self._offset_ms

    def set_clock(self, offset_ms: int) -> None:
        """Be wrong about the time by so much."""
        self._offset_ms = offset_ms

    def level(self, user: str) -> str:
        """Administrator, Operator or User."""
        return self._levels.get(user, "User")

    def put_user(self, name: str, password: str, level: str = "Administrator") -> None:
        """Add a user, or change one's password and level."""
        self.gate.users[name] = password
        self._levels[name] = level
        self._share_users()

    def drop_user(self, name: str) -> None:
        """Remove a user."""
        self.gate.users.pop(name, None)
        self._levels.pop(name, None)
        self._share_users()

    def _share_users(self) -> None:
        for name in self.channels:
            self.park.set_users(name, self.gate.users)

    def relay(self, token: str) -> Relay:
        """A relay by its token. Raises SoapFault."""
        if token not in self.relays:
            raise no_entity("RelayToken", token)
        return self.relays[token]

    def set_relay(self, token: str, on: bool) -> None:
        """Switch a relay; a monostable one falls back by itself. Raises SoapFault."""
        relay = self.relay(token)
        _halt(relay)
        relay.on = on
        self.park.switch(next(iter(self.channels)), token, on)
        self.notices.tell("relay", token, "active" if on else "inactive")
        if on and relay.mode == "Monostable":
            relay.falling = asyncio.get_running_loop().call_later(relay.delay_s, self.set_relay, token, False)

    def set_input(self, token: str, on: bool) -> None:
        """Close or open a digital input. Raises KeyError."""
        if token not in self.inputs:
            raise KeyError(token)
        self.inputs[token] = on
        self.notices.tell("input", token, on)

    def tell(self, kind: str, on: bool | float | str = True, name: str = "") -> None:
        """Let a channel (the first) see or hear something; see notices.KINDS. Raises KeyError."""
        name = name or next(iter(self.channels))
        self.notices.tell(kind, _source(kind, name), on)

    def obey(self, command: str) -> None:
        """An auxiliary command."""
        self.obeyed.append(command)

    def has_speaker(self, name: str) -> bool:
        """Whether a channel takes sound."""
        return self.park.ear(name) is not None

    def sizes(self, original: Encoder) -> list[tuple[int, int]]:
        """Picture sizes an encoder can do: its own, a half and a quarter of it."""
        return [(original.width // part // 2 * 2, original.height // part // 2 * 2) for part in (1, 2, 4)]

    def rates(self, original: Encoder) -> list[float]:
        """Pictures per second an encoder can do: all, every second, every third, down to one a second."""
        return [original.fps / part for part in range(1, max(1, round(original.fps)) + 1)]

    def codecs(self, channel: Channel) -> tuple[Codec, ...]:
        """What a channel can send; one with a head codes its part of the scene itself, as H.264."""
        return (Codec.H264,) if self.park.head(channel.name) is not None else (Codec.H264, Codec.H265)

    async def encode(self, channel: Channel, stream: str, wanted: Encoder) -> None:
        """Stream like this from now on."""
        before, original = channel.encoders[stream], channel.original[stream]
        channel.encoders[stream] = wanted
        if wanted.coding != before.coding:
            await self.park.recode(channel.name, stream, wanted.coding if wanted.coding != original.coding else None)

    def advertised_host(self, call: Call) -> str:
        """The host it names in addresses: the one it was called at, unless it is wrong about it."""
        if self.suffers(Trouble.NAT):
            return NAT[0]
        return "127.0.0.1" if self.suffers(Trouble.LYING) else call.host

    def advertised(self, call: Call) -> str:
        """Scheme, host and port it names in addresses."""
        if self.suffers(Trouble.NAT):
            return f"{self._scheme}://{NAT[0]}:{NAT[1]}"
        if self.suffers(Trouble.LYING):
            return f"{self._scheme}://127.0.0.1:80:80"
        return call.base

    def address_of(self, service: Service, call: Call) -> str:
        """Where a service is, as the device says."""
        return self.advertised(call) + service.path

    async def _serve(self, request: HttpRequest) -> HttpResponse:
        if self.suffers(Trouble.OFF):
            raise HungUp
        if request.method == "GET" and request.path.startswith(_SNAPSHOT):
            return await self._snapshot(request)
        service = self._service_at(request.path)
        if request.method != "POST" or service is None:
            return HttpResponse(404, b"not found", "text/plain")
        if (disturbed := await self._disturbed(service)) is not None:
            return disturbed
        try:
            return await self._answer(request, service)
        except SoapFault as error:
            return HttpResponse(error.status, fault(error))

    def _service_at(self, path: str) -> Service | None:
        fitting = (service for service in self.services if path == service.path or path.startswith(service.path + "/"))
        return next(fitting, None)

    async def _disturbed(self, service: Service) -> HttpResponse | None:
        """What a trouble answers instead of the service; None when the service shall answer, late perhaps."""
        if (slow := self.suffers(Trouble.SLOW, service.prefix)) is not None:
            await asyncio.sleep(slow.seconds)
        if self.suffers(Trouble.SILENT, service.prefix):
            await asyncio.sleep(3600)
        if self.suffers(Trouble.HTML, service.prefix):
            return HttpResponse(200, HTML, "text/html")
        if self.suffers(Trouble.GONE, service.prefix):
            return HttpResponse(404, HTML, "text/html")
        return None

    async def _answer(self, request: HttpRequest, service: Service) -> HttpResponse:
        asked = parse(request.body)
        name = local(asked.body)
        self.calls.append((service.prefix, name))
        if name not in devicemgmt.OPEN and (refused := self._refused(request, asked)) is not None:
            return refused
        operation = service.operations.get(name)
        if operation is None or (is_unwritten(name) and self.suffers(Trouble.HALF, service.prefix)):
            raise SoapFault(f"{name} is not known here", "Receiver", "ter:ActionNotSupported", status=500)
        if name not in devicemgmt.OPEN and self.suffers(Trouble.PREFIX, service.prefix):
            return HttpResponse(500, undeclared_fault())
        if self.suffers(Trouble.WHOLE, service.prefix) and (part := missing_part(name, asked.body)):
            raise SoapFault(f"{part} is missing", "Sender", "ter:InvalidArgVal", "ter:ConfigModify")
        element = await self._done(service, name, operation, self._call(request, asked))
        if self._on_answer is not None:
            self._on_answer(name, element)
        data = envelope(element)
        return HttpResponse(200, misnamed(data) if self.suffers(Trouble.NAMESPACES, service.prefix) else data)

    async def _done(self, service: Service, name: str, operation: Operation, call: Call) -> Element:
        """The operation's answer, with what a trouble makes of it."""
        if self.suffers(Trouble.STUBBORN, service.prefix):
            pretended = answered_without_doing(service.prefix, name)
            if pretended is not None:
                return pretended
        answer = operation(self, call)
        element = await answer if inspect.isawaitable(answer) else answer
        if self.suffers(Trouble.BARE, service.prefix):
            made_bare(element)
        return element

    def _call(self, request: HttpRequest, asked: Envelope) -> Call:
        named = request.headers.get("host", "") or f"{request.local[0]}:{request.local[1]}"
        host = named.rpartition(":")[0] or named
        return Call(asked.body, asked.header, f"{self._scheme}://{named}", host, request.path)

    def _refused(self, request: HttpRequest, asked: Envelope | None) -> HttpResponse | None:
        """The refusal of who may not call, in the dialect of the device; None for who may."""
        verdict = self.gate.judge(request, asked.header if asked else None, self.now_ms())
        if verdict is Verdict.WELCOME:
            return None
        reason = "The account is locked for a while" if verdict is Verdict.LOCKED else "Sender not authorized"
        refusal = fault(SoapFault(reason, "Sender", "ter:NotAuthorized"))
        challenges = self.gate.challenges()
        if not challenges:
            return HttpResponse(400, refusal)
        return HttpResponse(401, refusal, headers=[("WWW-Authenticate", line) for line in challenges])

    async def _snapshot(self, request: HttpRequest) -> HttpResponse:
        if (refused := self._refused(request, None)) is not None:
            return refused
        name, _, stream = request.path.removeprefix(_SNAPSHOT).rpartition("_")
        if name not in self.channels or stream not in self.channels[name].encoders:
            return HttpResponse(404, b"not found", "text/plain")
        return HttpResponse(200, await self.park.snapshot(name, stream), "image/jpeg")


def _channel(park: Park, name: str) -> Channel:
    streams = park.tracks(name)
    coded = {stream: encoder_of(tracks[0]) for stream, tracks in streams.items()}
    audio = next((track for track in streams["main"] if not track.is_video), None)
    return Channel(name, dict(coded), coded, first_settings(), audio=audio)


def _has_address(address: str) -> bool:
    """Whether an address is this machine's."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _source(kind: str, name: str) -> str:
    """The token that a channel's notices of a kind carry."""
    return {
        "VideoSourceConfigurationToken": f"{name}_source",
        "AudioSourceConfigurationToken": f"{name}_mic",
    }.get(KINDS[kind].source[0], name)


def _halt(relay: Relay) -> None:
    if relay.falling is not None:
        relay.falling.cancel()
        relay.falling = None
