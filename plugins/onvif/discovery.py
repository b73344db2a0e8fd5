"""Finding ONVIF devices: by WS-Discovery on this machine's own networks, by asking each address elsewhere."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Interface
from itertools import chain
from typing import Any

from core.api import FoundCamera
from plugins.onvif.client.address import DEVICE_PATH, Address
from plugins.onvif.client.reading import text
from plugins.onvif.client.wsdiscovery import GROUP, PORT, Match, matches, probes
from plugins.onvif.doorbell import ring, said_of_itself

log = logging.getLogger("eyrie.onvif")

HTTP_PORTS = (80, 8000, 8080, 2020, 8899, 443)
"""Where makers put ONVIF: most at 80, Hikvision's recorders at 8000, TP-Link at 2020, Xiongmai at 8899."""
AT_ONCE = 256
_ANSWERS_S = 2.5
_AGAIN_S = 0.7  # a datagram may be lost
_BURST = 64
_TLS_PORT = 443


class _Ear(asyncio.DatagramProtocol):
    """Keeps what answers."""

    def __init__(self, heard: list[Match]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, source: tuple[Any, ...]) -> None:
        """An answer, or something else."""
        for match in matches(data, str(source[0])):
            if not any(match.is_of(one) for one in self._heard):
                self._heard.append(match)


async def search(
    addresses: Sequence[str], seconds: float, interfaces: Sequence[IPv4Interface], port: int = PORT
) -> list[FoundCamera]:
    """Devices on the networks of these interfaces that have one of the addresses themselves, on this machine, and at
    the addresses (`host` or `host:port`). Answers within `seconds`.
    """
    heard: list[Match] = []
    rung: list[Address] = []
    named = set(addresses)
    listening = [str(one.ip) for one in interfaces if str(one.ip) in named or one.ip.is_loopback]
    whole = [one for one in addresses if ":" not in one]
    looking = [
        asyncio.create_task(listen(heard, listening, whole, min(_ANSWERS_S, seconds * 0.4), port)),
        asyncio.create_task(_ring_everywhere(addresses, heard, rung)),
    ]
    _, late = await asyncio.wait(looking, timeout=seconds * 0.8)
    for task in late:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    return await _introduced(heard, rung, seconds * 0.2)


async def listen(
    heard: list[Match], interfaces: Iterable[str], addresses: Sequence[str], seconds: float, port: int = PORT
) -> None:
    """Ask by multicast from these own addresses and singly these others; whoever answers within `seconds` is added.

    An answer from a device that is there already is left out.
    """
    loop = asyncio.get_running_loop()
    transports = []
    for own in [*interfaces, ""]:
        try:
            speaking = _speaking_from(own)
        except OSError as error:  # an interface without multicast, or one that has just gone
            log.info("no discovery on %s: %s", own, error)
            continue
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(heard), sock=speaking)
        transports.append((own, transport))
    try:
        for pause in (min(_AGAIN_S, seconds / 2), max(seconds - _AGAIN_S, seconds / 2)):
            for own, transport in transports:
                await _send(transport, [GROUP] if own else addresses, port)
            await asyncio.sleep(pause)
    finally:
        for _, transport in transports:
            transport.close()


async def _send(transport: asyncio.DatagramTransport, addresses: Sequence[str], port: int) -> None:
    for number, address in enumerate(addresses, 1):
        for probe in probes():
            transport.sendto(probe, (address, port))
        if number % _BURST == 0:
            await asyncio.sleep(0.005)  # a burst would overflow the send buffer


def _speaking_from(own: str) -> socket.socket:
    """A socket for multicast out of the interface that has this address; of any, for none."""
    speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        speaking.setblocking(False)
        if own:
            speaking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
            speaking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        speaking.bind((own, 0))
    except OSError:
        speaking.close()
        raise
    return speaking


async def _ring_everywhere(addresses: Sequence[str], heard: Sequence[Match], rung: list[Address]) -> None:
    named = [Address(host, int(port)) for host, _, port in (one.partition(":") for one in addresses) if port]
    hosts = [one for one in addresses if ":" not in one]
    others = (Address(host, number, number == _TLS_PORT) for number in HTTP_PORTS for host in hosts)
    waiting = chain(((one, True) for one in named), ((one, False) for one in others))
    await asyncio.gather(*(_ring_each(waiting, heard, rung) for _ in range(AT_ONCE)))


async def _ring_each(waiting: Iterator[tuple[Address, bool]], heard: Sequence[Match], rung: list[Address]) -> None:
    """named: a person gave the port, so that it may be one of several devices at this address."""
    for door, named in waiting:
        found_otherwise = {one.source for one in heard} | {one.host for one in rung}
        if (named or door.host not in found_otherwise) and await ring(door):
            rung.append(door)


async def _introduced(heard: Sequence[Match], rung: Sequence[Address], seconds: float) -> list[FoundCamera]:
    """All of them once, with the address where they were reached."""
    asking = [*(_reached(one, seconds) for one in heard), *(_described(one, seconds) for one in rung)]
    found: dict[str, FoundCamera] = {}
    for one in await asyncio.gather(*asking):
        found.setdefault(one.address, one)
    return list(found.values())


async def _reached(match: Match, seconds: float) -> FoundCamera:
    """A device that answered, at the first of its places where it really is."""
    place = match.places[0]
    try:
        async with asyncio.timeout(seconds):
            for one in match.places:
                if await ring(one):
                    place = one
                    break
    except TimeoutError:
        pass
    return _found(place, match.title, match.endpoint)


async def _described(address: Address, seconds: float) -> FoundCamera:
    try:
        async with asyncio.timeout(seconds):
            said = await said_of_itself(address)
    except TimeoutError:
        said = None
    title = f"{text(said, 'Manufacturer')} {text(said, 'Model')}".strip()
    return _found(address, title, "")


def _found(address: Address, title: str, endpoint: str) -> FoundCamera:
    usual = not address.tls and address.path == DEVICE_PATH
    settings = {"address": address.authority if usual else address.url}
    if endpoint:
        settings["device_id"] = endpoint
    return FoundCamera(address.authority, title, settings, login=("user", "password"))
