"""`manage.py simulator …`: simulated cameras and their faults from the command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.api.services import data_directory
from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.clips import UnservableFile
from plugins.simulator.control import Control, ControlError, ask, socket_path
from plugins.simulator.faults import FaultKind
from plugins.simulator.lineup import lineup
from plugins.simulator.onvif.troubles import Trouble
from plugins.simulator.park import Park
from plugins.simulator.worker import listening_park, put_up


def _onvif_verbs(verbs: Any) -> None:
    """What can be done with the cameras that speak ONVIF."""
    verbs.add_parser("onvif", help="the cameras that speak ONVIF as JSON")
    verbs.add_parser("heal", help="take a camera's ONVIF troubles away").add_argument("name")
    switch = verbs.add_parser("input", help="close or open a digital input")
    tell = verbs.add_parser("tell", help="let a camera notice something")
    for parser, what in ((switch, "input"), (tell, "kind")):
        parser.add_argument("name")
        parser.add_argument(what)
        parser.add_argument("on", choices=["on", "off"], nargs="?", default="on")
    trouble = verbs.add_parser("trouble", help="give a camera an ONVIF trouble")
    trouble.add_argument("name")
    trouble.add_argument("kind", choices=[str(kind) for kind in Trouble])
    trouble.add_argument("--only", default="", help="the prefix of the one service it is about, such as tev")
    trouble.add_argument("--seconds", type=float, default=30.0, help="how long slow is")
    heard = verbs.add_parser("heard", help="write what was said to a camera's speaker as a WAV file")
    heard.add_argument("name")
    heard.add_argument("file", type=Path)


class Command(BaseCommand):
    """list, truth, fault, clear and add speak to the running park; serve is a park of its own."""

    help = "Simulated cameras: list, truth, fault, clear, add, serve."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command a verb."""
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=argparse.ArgumentParser)
        verbs.add_parser("list", help="the park's cameras as JSON")
        for verb, text in (("truth", "what happens in a camera's scene, as JSON"), ("clear", "mend a camera")):
            verbs.add_parser(verb, help=text).add_argument("name")
        fault = verbs.add_parser("fault", help="break a camera")
        fault.add_argument("name")
        fault.add_argument("kind", choices=[str(kind) for kind in FaultKind])
        fault.add_argument("--seconds", type=float, help="mend it after so many seconds")
        _onvif_verbs(verbs)
        add = verbs.add_parser("add", help="serve a video file from the running park")
        add.add_argument("file", type=Path)
        add.add_argument("--name", help="the camera's name; the file's without it")
        serve = verbs.add_parser("serve", help="a park in the foreground, without the rest of Eyrie")
        serve.add_argument("--cameras", type=int, default=4, help="simulated scenes to serve")
        serve.add_argument("--host", default="127.0.0.1")
        serve.add_argument("--port", type=int, default=8554)
        serve.add_argument("--username", default="", help="name to ask for; nobody is asked without it")
        serve.add_argument("--password", default="")
        serve.add_argument("file", type=Path, nargs="*", help="video files to serve as further cameras")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says. Raises CommandError with one sentence."""
        try:
            if options["verb"] == "serve":
                asyncio.run(self._serve(options))
            else:
                self._ask(options)
        except (ControlError, UnservableFile, ValueError, OSError) as error:
            raise CommandError(str(error)) from error

    def _ask(self, options: dict[str, Any]) -> None:
        data = data_directory()
        match options["verb"]:
            case "list":
                answer = ask(data, "list")
            case "fault":
                answer = ask(data, "fault", name=options["name"], kind=options["kind"], seconds=options["seconds"])
            case "add":
                answer = ask(data, "serve", file=str(options["file"].absolute()), name=options["name"])
            case "onvif":
                answer = ask(data, "onvif")
            case "input":
                answer = ask(data, "input", name=options["name"], input=options["input"], on=options["on"] == "on")
            case "tell":
                answer = ask(data, "tell", name=options["name"], kind=options["kind"], on=options["on"] == "on")
            case "trouble":
                answer = ask(
                    data,
                    "trouble",
                    name=options["name"],
                    kind=options["kind"],
                    only=options["only"],
                    seconds=options["seconds"],
                )
            case "heard":
                answer = ask(data, "heard", name=options["name"], file=str(options["file"].absolute()))
            case verb:
                answer = ask(data, verb, name=options["name"])
        if answer is not None:
            self.stdout.write(answer if isinstance(answer, str) else json.dumps(answer, indent=1))

    async def _serve(self, options: dict[str, Any]) -> None:
        users = {options["username"]: options["password"]} if options["username"] else {}
        data = data_directory()
        cache = data / "simulator"
        cameras = lineup(options["cameras"], users)
        cameras += [SimulatedCamera(file.stem, file=file.absolute(), users=users) for file in options["file"]]
        park = await listening_park(cache, options["host"], options["port"])
        control = Control(park, socket_path(data), users)
        await control.start()
        opening = asyncio.create_task(put_up(park, cameras, cache, lambda camera: self._announce(park, camera)))
        try:
            await _interrupted(opening)
        finally:
            opening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await opening
            await control.stop()
            await park.stop()

    async def _announce(self, park: Park, camera: SimulatedCamera) -> None:
        self.stdout.write(park.url(camera.name, credentials=False))
        self.stdout.flush()


async def _interrupted(opening: asyncio.Task[None]) -> None:
    """Returns at SIGINT or SIGTERM; raises what goes wrong with the opening before that."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    waiting = loop.create_task(stop.wait())
    await asyncio.wait((opening, waiting), return_when=asyncio.FIRST_COMPLETED)
    if opening.done():
        opening.result()
    await waiting
