"""`manage.py onvif`: what devices there are, and what is really said between Eyrie and one of them."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from lxml import etree

from core.api.services import cameras_of_driver, own_interfaces
from plugins.onvif.client.address import Address
from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.profiles import profiles, snapshot_uri, stream_uri
from plugins.onvif.client.trace import Exchange, Trace
from plugins.onvif.discovery import search
from plugins.onvif.identity import identity
from plugins.onvif.settings import OnvifSettings

_SEARCH_S = 10.0


class Command(BaseCommand):
    """find: look for devices. trace: ask one what Eyrie asks when it is added, and print every exchange."""

    help = "Find ONVIF devices, or show what one of them really answers (secrets masked)."

    def add_arguments(self, parser: CommandParser) -> None:
        """`find [ADDRESS …]`, `trace ADDRESS|CAMERA`."""
        kinds = parser.add_subparsers(dest="what", required=True)
        find = kinds.add_parser("find", help="look for devices on the own networks and at these addresses")
        find.add_argument("addresses", nargs="*", help="192.168.1.20 or 192.168.1.20:8080")
        trace = kinds.add_parser("trace", help="print every exchange with a device, raw, secrets masked")
        trace.add_argument("address", help="of a device, or the id of a camera, whose credentials are then taken")
        trace.add_argument("--user", default="", help="its password is asked for")
        trace.add_argument("--certificate", default="", help="SHA-256 fingerprint that is trusted")
        trace.add_argument("--call", nargs=2, metavar=("SERVICE", "OPERATION"), help="ask this instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["what"] == "find":
            self._find(options["addresses"])
        else:
            self._trace(argparse.Namespace(**options))

    def _find(self, addresses: list[str]) -> None:
        interfaces = own_interfaces()
        own = [str(one.ip) for one in interfaces]
        for one in asyncio.run(search([*own, *addresses], _SEARCH_S, interfaces)):
            self.stdout.write(f"{one.address}\t{one.title}\t{one.settings.get('device_id', '')}")

    def _trace(self, options: argparse.Namespace) -> None:
        trace = Trace(most=500)
        device = _device(options, trace)
        try:
            _ask(device, options.call)
            failure = ""
        except OnvifError as error:
            failure = f"{error.kind}: {error}"
        finally:
            device.close()
        for exchange in trace.exchanges():
            self.stdout.write(_written(exchange))
        if failure:
            raise CommandError(failure)


def _device(options: argparse.Namespace, trace: Trace) -> Device:
    if options.address.isdecimal():
        camera = next((one for one in cameras_of_driver("onvif") if one.id == int(options.address)), None)
        if camera is None or not isinstance(camera.settings, OnvifSettings):
            raise CommandError(f"There is no ONVIF camera {options.address}.")
        settings = camera.settings
    else:
        password = getpass.getpass(f"Password of {options.user}: ") if options.user else ""
        settings = OnvifSettings(
            address=options.address, user=options.user, password=password, certificate=options.certificate
        )
    return Device(
        Address.of(settings.address),
        settings.user,
        settings.password.get_secret_value(),
        nat=settings.nat,
        pin=settings.certificate,
        trace=trace,
    )


def _ask(device: Device, call: list[str] | None) -> None:
    """This one thing, or what adding a camera asks. Raises OnvifError."""
    if call is not None:
        try:
            device.raw(call[0], call[1])
        except LookupError as error:
            raise CommandError(str(error)) from error
        return
    device.read_clock()
    identity(device)
    for profile in profiles(device):
        stream_uri(device, profile.token)
    snapshot_uri(device, profiles(device)[0].token)


def _written(one: Exchange) -> str:
    when = datetime.fromtimestamp(one.at_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
    outcome = one.failure or f"HTTP {one.status}"
    head = f"== {when} UTC  {one.operation}  {one.url}  {outcome}, {one.took_ms} ms"
    login = f"Authorization: {one.authorization}\n" if one.authorization else ""
    return f"{head}\n{login}{_indented(one.request)}\n--\n{_indented(one.answer)}\n"


def _indented(data: bytes) -> str:
    """As it came where it is no XML: a broken answer is what one looks for."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return data.decode("utf-8", "replace")
    etree.indent(root)
    text: str = etree.tostring(root, encoding="unicode")
    return text
