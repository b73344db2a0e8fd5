"""Commands of the park's control socket that are about its ONVIF cameras; see control.py for how they travel.

onvif; input: name, input, on; tell: name, kind, on; trouble: name, kind, only, seconds; heal: name; heard: name, file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from plugins.simulator.onvif.notices import KINDS
from plugins.simulator.onvif.side import OnvifSide
from plugins.simulator.onvif.troubles import Trouble

Command = Callable[[dict[str, Any]], Awaitable[Any]]


def commands(side: OnvifSide) -> dict[str, Command]:
    """By name. They raise ValueError and UnknownCamera with a sentence, and KeyError for what is missing."""
    known = {"onvif": _list, "input": _input, "tell": _tell, "trouble": _trouble, "heal": _heal, "heard": _heard}
    return {name: partial(command, side) for name, command in known.items()}


async def _list(side: OnvifSide, request: dict[str, Any]) -> Any:
    found = []
    for device in side.devices:
        name = next(iter(device.channels))
        head = device.park.head(name)
        view = head.view() if head is not None else None
        found.append(
            {
                "name": name,
                "address": device.address,
                "id": f"urn:uuid:{device.about.uuid}",
                "troubles": [str(trouble) for trouble in device.troubles],
                "relays": {token: relay.on for token, relay in device.relays.items()},
                "inputs": dict(device.inputs),
                "subscriptions": len(device.notices.live),
                "view": [round(value, 3) for value in (view.pan, view.tilt, view.zoom)] if view else None,
            }
        )
    return found


async def _input(side: OnvifSide, request: dict[str, Any]) -> None:
    device, token = side.find(request["name"]), str(request["input"])
    if token not in device.inputs:
        raise ValueError(f"input: {token!r} is not known; choose one of {', '.join(device.inputs)}.")
    device.set_input(token, bool(request["on"]))


async def _tell(side: OnvifSide, request: dict[str, Any]) -> None:
    device, kind = side.find(request["name"]), str(request["kind"])
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r} is not known; choose one of {', '.join(KINDS)}.")
    device.tell(kind, bool(request.get("on", True)), request["name"])


async def _trouble(side: OnvifSide, request: dict[str, Any]) -> None:
    device = side.find(request["name"])
    try:
        trouble = Trouble(request["kind"])
    except ValueError:
        raise ValueError(f"kind: {request['kind']!r} is no trouble; choose one of {', '.join(Trouble)}.") from None
    device.afflict(trouble, only=str(request.get("only", "")), seconds=float(request.get("seconds") or 30))


async def _heal(side: OnvifSide, request: dict[str, Any]) -> None:
    side.find(request["name"]).heal()


async def _heard(side: OnvifSide, request: dict[str, Any]) -> str:
    device, file = side.find(request["name"]), Path(request["file"])
    ear = device.park.ear(request["name"])
    if ear is None:
        raise ValueError(f"camera {request['name']!r} has no speaker.")
    await asyncio.to_thread(file.write_bytes, ear.wav())
    return str(file)
