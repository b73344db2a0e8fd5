"""Finding simulated ONVIF devices on this machine, and following one to another address."""

import asyncio
import socket
import threading
from ipaddress import IPv4Interface

from core.api import SystemClock
from plugins.onvif.discovery import search
from plugins.onvif.moving import Moves
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]
LOOPBACK = [IPv4Interface("127.0.0.1/8")]


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def saved(device, **others):
    known = {"address": device.address, "user": device.user, "password": device.password}
    return OnvifSettings(**known | {"device_id": f"urn:uuid:{device.uuid}"} | others)


async def test_a_device_is_found_by_multicast_with_its_name_and_id(onvif_device):
    """On loopback alone, which the usual library leaves out."""
    port = free_port()
    device = await asyncio.to_thread(onvif_device, discovery_port=port)
    found = await search([], 8, LOOPBACK, port)
    assert [one.address for one in found] == [device.address]
    assert found[0].title
    assert found[0].settings == {"address": device.address, "device_id": f"urn:uuid:{device.uuid}"}
    assert found[0].login == ("user", "password")


async def test_a_device_that_tells_a_wrong_address_is_found_where_it_answered(onvif_device):
    port = free_port()
    device = await asyncio.to_thread(onvif_device, discovery_port=port)
    device.fault("nat")
    found = await search([device.address], 8, LOOPBACK, port)
    assert device.address in {one.address for one in found}


async def test_a_device_without_discovery_is_found_by_asking_at_its_door(onvif_device):
    device = await asyncio.to_thread(onvif_device)
    found = await search([device.address], 4, [])
    assert [one.address for one in found] == [device.address]
    assert ("tds", "GetSystemDateAndTime") in device.calls


async def test_what_speaks_another_language_is_no_device(onvif_device):
    device = await asyncio.to_thread(onvif_device)
    rtsp = f"127.0.0.1:{device.park.port}"
    device.fault("html")
    assert await search([rtsp, device.address], 3, []) == []


def followed(camera, settings, port):
    """What becomes of a camera whose device is away, looked for as the plugin's worker does."""
    moved = []
    moves = Moves(SystemClock(), moved.append, lambda: LOOPBACK, patience=0.0, port=port)
    ended = threading.Event()
    moves.look({camera: settings})
    for _ in range(200):
        if moves._searching is None or not moves._searching.is_alive():
            break
        ended.wait(0.1)
    moves.look({camera: settings})
    moves.stop()
    return moved


def test_a_camera_follows_its_device_to_another_address(onvif_device):
    port = free_port()
    device = onvif_device(discovery_port=port)
    settings = saved(device)
    device.restart(port=0)
    (move,) = followed(7, settings, port)
    assert (move.camera_id, move.old, move.address) == (7, settings.address, device.address)


def test_a_device_that_still_answers_is_not_looked_for(onvif_device):
    port = free_port()
    device = onvif_device(discovery_port=port)
    assert followed(7, saved(device), port) == []


def test_another_device_of_the_same_uuid_is_not_taken_for_it(onvif_device):
    """Cheap makers give one UUID to all."""
    port = free_port()
    device = onvif_device(discovery_port=port)
    settings = saved(device, serial="another")
    device.restart(port=0)
    assert followed(7, settings, port) == []


def test_a_changed_password_is_not_tried_again_and_again(onvif_device):
    port = free_port()
    device = onvif_device(discovery_port=port, asking="digest")
    settings = saved(device)
    device.restart(port=0)
    device.set_password("new")
    assert followed(7, settings, port) == []
    assert device.calls.count(("tds", "GetDeviceInformation")) <= 2
