"""Commands to a running park: a unix socket with one JSON object a line, and its client.

A request is `{"command": "fault", "name": "street", "kind": "freeze", "seconds": 5}`; the answer is `{"result": …}` or
`{"error": "one sentence"}`. Commands: list, truth, fault, clear, serve, move, switch, mask; and those of
onvif/commands.py where the park's cameras speak ONVIF.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from core.api.media import masks_of
from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.clips import UnservableFile
from plugins.simulator.faults import FaultKind
from plugins.simulator.park import Park, UnknownCamera

MAX_LINE = 64 * 1024
ANSWER_SECONDS = 120  # serving a file may have to transcode it first


class ControlError(Exception):
    """The park cannot do what was asked, or is not running; one sentence for a person."""


def socket_path(data: Path) -> Path:
    """Where the park of this data directory listens."""
    return data / "run" / "simulator.sock"


class Control:
    """The park's side. Only the user who runs the park may connect."""

    def __init__(
        self,
        park: Park,
        path: Path,
        users: dict[str, str] | None = None,
        further: Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]] | None = None,
    ) -> None:
        self._park = park
        self._path = path
        self._users = users or {}
        self._server: asyncio.Server | None = None
        self._commands: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "list": self._list,
            "truth": self._truth,
            "fault": self._fault,
            "clear": self._clear,
            "serve": self._serve,
            "move": self._move,
            "switch": self._switch,
            "mask": self._mask,
            **(further or {}),
        }

    async def start(self) -> None:
        """Listen, taking the place of a socket that a crash left behind."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._converse, str(self._path), limit=MAX_LINE)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await reader.readline())
            answer = await self._answer(request)
        except ValueError as error:  # no JSON, or a line without end
            answer = {"error": f"The request is not understood ({error})."}
        except OSError:
            writer.close()
            return
        writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    async def _answer(self, request: Any) -> dict[str, Any]:
        command = self._commands.get(request.get("command", "")) if isinstance(request, dict) else None
        if command is None:
            return {"error": f"command: unknown; choose one of {', '.join(self._commands)}."}
        try:
            return {"result": await command(request)}
        except (UnknownCamera, UnservableFile, ValueError) as error:
            return {"error": str(error)}
        except KeyError as error:
            return {"error": f"{error.args[0]}: is missing."}

    async def _list(self, request: dict[str, Any]) -> Any:
        return self._park.listing()

    async def _truth(self, request: dict[str, Any]) -> Any:
        return self._park.truth(request["name"])

    async def _fault(self, request: dict[str, Any]) -> None:
        try:
            kind = FaultKind(request["kind"])
        except ValueError:
            raise ValueError(f"kind: {request['kind']!r} is no fault; choose one of {', '.join(FaultKind)}.") from None
        await self._park.fault(request["name"], kind, request.get("seconds"))

    async def _clear(self, request: dict[str, Any]) -> None:
        self._park.clear(request["name"])

    async def _move(self, request: dict[str, Any]) -> None:
        self._park.move(request["name"], str(request["preset"]))

    async def _switch(self, request: dict[str, Any]) -> None:
        self._park.switch(request["name"], str(request["output"]), bool(request["on"]))

    async def _mask(self, request: dict[str, Any]) -> None:
        await self._park.mask(request["name"], masks_of(request["masks"]))

    async def _serve(self, request: dict[str, Any]) -> Any:
        file = Path(request["file"])
        camera = SimulatedCamera(request.get("name") or file.stem, file=file, users=self._users)
        await self._park.add(camera)
        return self._park.url(camera.name, credentials=False)


def ask(data: Path, command: str, **arguments: Any) -> Any:
    """Have the running park of a data directory do something. Raises ControlError."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(socket_path(data)))
            connection.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
            answer = json.loads(connection.makefile("rb").readline() or b"{}")
        except (OSError, ValueError) as error:
            raise ControlError(
                f"The simulator does not answer ({error}); enable its plugin and start Eyrie, or run "
                "`manage.py simulator serve`, with the same EYRIE_DATA."
            ) from error
    if "error" in answer or "result" not in answer:
        raise ControlError(answer.get("error", "The simulator ended before it answered."))
    return answer["result"]
