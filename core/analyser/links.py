"""The analyser's end of the workers' sockets. Runs on its event loop; packets may be sent from any thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgpack

from core.analyser.packets import MOST_BYTES, Kind, receive, send

log = logging.getLogger("eyrie.analyser")
_BUFFER = 4 * MOST_BYTES


class Link:
    """One connected worker. plugin: whose detectors run in it, empty before it has said so."""

    def __init__(self, channel: socket.socket) -> None:
        channel.setblocking(False)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        self.plugin = ""
        self.channel = channel

    def send(self, packet: Sequence[Any], fds: Sequence[int] = ()) -> bool:
        """Send, or say False: it does not read, or is gone."""
        try:
            send(self.channel, packet, fds)
        except (OSError, ValueError):
            return False
        return True


class Links:
    """Listens from `start` to `stop`. joined, said, left: called with the link; said with its packet as well."""

    def __init__(
        self,
        path: Path,
        joined: Callable[[Link], None],
        said: Callable[[Link, list[Any]], None],
        left: Callable[[Link], None],
    ) -> None:
        self._path = path
        self._joined, self._said, self._left = joined, said, left
        self._loop = asyncio.get_running_loop()
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._links: set[Link] = set()

    def start(self) -> None:
        """Begin to listen; a socket that a killed analyser left is replaced. Raises OSError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._listening.bind(str(self._path))
        self._path.chmod(0o600)  # before anybody can connect: it does not listen yet
        self._listening.setblocking(False)
        self._listening.listen(64)
        self._loop.add_reader(self._listening, self._accept)

    def stop(self) -> None:
        """Hang up."""
        self._loop.remove_reader(self._listening)
        self._listening.close()
        for link in list(self._links):
            self._drop(link)
        self._path.unlink(missing_ok=True)

    def of(self, plugin: str) -> Link | None:
        """The worker of a plugin, None while it is not there."""
        return next((link for link in self._links if link.plugin == plugin), None)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # gone before it was greeted
            channel, _ = self._listening.accept()
            link = Link(channel)
            self._links.add(link)
            self._loop.add_reader(channel, self._read, link)

    def _read(self, link: Link) -> None:
        while link in self._links:
            try:
                packet, fds = receive(link.channel)
            except BlockingIOError:
                return
            except OSError:
                self._drop(link)
                return
            except (ValueError, msgpack.UnpackException) as error:
                log.error("the worker of %s speaks nonsense (%r) and is cut off", link.plugin or "a plugin", error)
                self._drop(link)
                return
            for fd in fds:
                os.close(fd)  # none is expected from there
            self._take(link, packet)

    def _take(self, link: Link, packet: list[Any]) -> None:
        try:
            if packet[0] == Kind.HELLO:
                if (before := self.of(str(packet[1]))) is not None:
                    self._drop(before)
                link.plugin = str(packet[1])
                self._joined(link)
            else:
                self._said(link, packet)
        except (LookupError, TypeError, ValueError) as error:
            log.error("the worker of %s speaks nonsense (%r) and is cut off", link.plugin or "a plugin", error)
            self._drop(link)

    def _drop(self, link: Link) -> None:
        if link not in self._links:
            return
        self._links.discard(link)
        self._loop.remove_reader(link.channel)
        link.channel.close()
        if link.plugin:
            self._left(link)
