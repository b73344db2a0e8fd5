"""PyAV as a `PacketSource`: RTSP over UDP, HTTP, files, and whatever else FFmpeg reads.

A thread reads and converts; what it yields crosses to the loop in batches. The thread alone opens and closes the
container, since closing one while another thread reads it crashes the process. A read that hangs is ended by FFmpeg's
own time limit, so that a stopped source may leave its thread behind for that long, unheard.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import av
import av.error

from core.media.avdemux import Demuxer
from core.media.clock import Clock, SystemClock
from core.media.crossing import Crossing
from core.media.dial import dial
from core.media.source import Fault, PacketSink, SourceError
from core.media.task_source import TaskSource

STEP_S = 5.0
READ_S = 10.0
STOP_S = 1.5
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443, "rtmp": 1935}


class AvSource(TaskSource):
    """One session with anything FFmpeg opens.

    url: a URL or a file's path, without credentials; username and password are put into it for FFmpeg only.
    options: of FFmpeg's format and protocol, such as {"rtsp_transport": "udp"}.
    paced: a file is read in real time, as if it were a camera; otherwise as fast as the sink takes it.
    loop: a file begins again at its end, with times that go on.
    step: seconds that connecting and opening may each take.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str = "",
        password: str = "",
        options: Mapping[str, str] | None = None,
        audio: bool = True,
        paced: bool = True,
        loop: bool = False,
        step: float = STEP_S,
        clock: Clock | None = None,
    ) -> None:
        self._parts = urlsplit(url)
        self._is_file = self._parts.scheme not in _PORTS
        # Messages call it by host or file name, never by a URL with credentials in it.
        super().__init__(Path(url).name if self._is_file else self._parts.hostname or "?")
        self._url = url
        self._credentials = (username, password)
        self._options = dict(options or {})
        self._audio = audio
        self._paced = paced
        self._loop = loop
        self._step = step
        self._clock = clock or SystemClock()
        self._halt = threading.Event()
        self._crossing: Crossing | None = None

    @property
    def units_dropped(self) -> int:
        """Units given up because the loop did not take them in time."""
        return self._crossing.dropped if self._crossing else 0

    async def _run(self, sink: PacketSink) -> SourceError | None:
        if not self._is_file:
            port = self._parts.port or _PORTS[self._parts.scheme]
            (await dial(self._parts.hostname or "", port, self._step)).close()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[SourceError] = loop.create_future()
        crossing = self._crossing = Crossing(loop, sink, wait=self._is_file)
        threading.Thread(target=self._read, args=(crossing, done), name=f"av {self.name}", daemon=True).start()
        try:
            return await done
        finally:
            self._halt.set()
            crossing.close()

    async def _wind_down(self, task: asyncio.Task[SourceError | None]) -> None:
        """The thread must close its container itself: it is told to, and waited for up to 1.5 s."""
        self._halt.set()
        if self._crossing is not None:
            self._crossing.close()
            await asyncio.wait((task,), timeout=STOP_S)

    def _read(self, crossing: Crossing, done: asyncio.Future[SourceError]) -> None:
        """The thread."""
        error = SourceError(Fault.PROTOCOL, f"{self.name}: Eyrie failed to read it.")
        try:
            self._read_all(crossing)
            error = SourceError(Fault.ENDED if self._is_file else Fault.CLOSED, f"{self.name} has ended.")
        except SourceError as failure:
            error = failure
        except (av.error.FFmpegError, OSError, ValueError) as failure:
            error = self._explained(failure)
        finally:
            crossing.finish(lambda: _settle(done, error))

    def _read_all(self, crossing: Crossing) -> None:
        demuxer: Demuxer | None = None
        began = self._clock.monotonic()
        while not self._halt.is_set():
            with self._open() as container:
                if demuxer is None:
                    demuxer = Demuxer(
                        container,
                        live=not self._is_file,
                        audio=self._audio,
                        clock=self._clock,
                        detail={"transport": self._transport(), "server": ""},
                        on_stream=crossing.put,
                        on_unit=crossing.put,
                    )
                else:
                    demuxer.again(container)
                before = demuxer.seconds
                try:
                    self._read_through(container, demuxer, began)
                finally:
                    demuxer.release()
            if not self._loop or demuxer.seconds == before or self._halt.is_set():
                return

    def _read_through(self, container: Any, demuxer: Demuxer, began: float) -> None:
        """Until the container's end or until told to halt. began: monotonic second of media time 0, for pacing."""
        for packet in container.demux(demuxer.streams):
            at = demuxer.push(packet)
            if self._is_file and self._paced and at is not None:
                self._halt.wait(began + at - self._clock.monotonic())
            if self._halt.is_set():
                return

    def _open(self) -> Any:
        url, options = self._url, dict(self._options)
        if self._is_file:
            path = Path(url.removeprefix("file://"))
            if not path.is_file():
                raise SourceError(Fault.PATH, f"{path} is not a file; check the path.")
            return av.open(str(path), options=options)
        options.setdefault("timeout", str(int(READ_S * 1e6)))
        began = self._clock.monotonic()
        try:
            return av.open(self._with_credentials(), options=options, timeout=(self._step, READ_S))
        except av.error.InvalidDataError:
            if self._clock.monotonic() - began < self._step:
                raise
            raise TimeoutError from None  # FFmpeg calls it invalid data, too, when its patience ends

    def _with_credentials(self) -> str:
        username, password = self._credentials
        if not username:
            return self._url
        server = self._parts.netloc.rpartition("@")[2]
        user = f"{quote(username, safe='')}:{quote(password, safe='')}"
        return urlunsplit(self._parts._replace(netloc=f"{user}@{server}"))

    def _transport(self) -> str:
        if self._is_file:
            return "file"
        return "/".join(filter(None, (self._parts.scheme, self._options.get("rtsp_transport", ""))))

    def _explained(self, error: Exception) -> SourceError:
        match error:
            case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
                if self._credentials[0]:
                    return SourceError(Fault.CREDENTIALS, f"{self.name} did not accept the user name and password.")
                return SourceError(Fault.CREDENTIALS, f"{self.name} asks for a user name and password.")
            case av.error.HTTPNotFoundError() | av.error.HTTPBadRequestError() | av.error.HTTPOtherClientError():
                path = self._parts.path or "/"
                return SourceError(Fault.PATH, f"{self.name} has no stream at {path}; check the path.")
            case TimeoutError() | av.error.ExitError():
                return SourceError(Fault.TIMEOUT, f"{self.name} has fallen silent.")
            case ConnectionRefusedError():
                return SourceError(Fault.PORT, f"{self.name} refused the connection; check the port.")
            case PermissionError():
                return SourceError(Fault.PATH, f"{self.name} may not be read; mend its permissions.")
            case av.error.InvalidDataError():
                return SourceError(Fault.PATH, f"{self.name} answers with something that is no video; check the path.")
            case _:
                reason = getattr(error, "strerror", None) or type(error).__name__
                return SourceError(Fault.PROTOCOL, f"{self.name} cannot be read ({reason}).")


def _settle(done: asyncio.Future[SourceError], error: SourceError) -> None:
    if not done.done():
        done.set_result(error)
