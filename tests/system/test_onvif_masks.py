"""Privacy masks that a simulated device covers itself, told by core as for any camera."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.api import Masks
from core.api.services import add_camera
from core.cameras.control import set_masks
from core.cameras.models import Camera
from plugins.onvif.client.envelope import element
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.configuring.editing import SCHEMA
from plugins.onvif.devices import device_of
from plugins.onvif.models import GivenMask
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import DeviceFace, Trouble, onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
Devices = Callable[..., DeviceFace]
DOOR: Masks = (((0.1, 0.2), (0.4, 0.2), (0.25, 0.6)),)
WINDOW: Masks = (((0.6, 0.1), (0.9, 0.1), (0.9, 0.4), (0.6, 0.4)),)
HAND = ((-0.5, -0.5), (0.0, -0.5), (0.0, 0.0))


def camera(device: DeviceFace) -> Camera:
    settings = {"address": device.address, "user": device.user, "password": device.password}
    return add_camera("gate", "onvif", settings, actor="test")


def outlines(device: DeviceFace) -> set[tuple[tuple[float, float], ...]]:
    """What the device covers, in parts of the picture."""
    masks = device.device.channels["gate"].masks.values()
    return {tuple((round((x + 1) / 2, 3), round((1 - y) / 2, 3)) for x, y in mask.points) for mask in masks}


def drawn_at_the_device(device: DeviceFace) -> None:
    """As a person draws a mask on the device's own page."""
    settings = OnvifSettings(address=device.address, user=device.user, password=device.password)
    tr2 = NAMESPACES["media2"]
    points = [element(SCHEMA, "Point", x=str(x), y=str(y)) for x, y in HAND]
    parts = [element(tr2, "ConfigurationToken", "gate_source"), element(tr2, "Polygon", *points)]
    parts += [element(tr2, "Type", "Color"), element(tr2, "Enabled", "true")]
    device_of(settings).media2(element(tr2, "CreateMask", element(tr2, "Mask", *parts, token="")))


def test_the_device_covers_what_it_is_given_and_nothing_when_that_is_taken_away(onvif_device: Devices) -> None:
    device = onvif_device()
    gate = camera(device)
    assert set_masks(gate.pk, (*DOOR, *WINDOW)) == (*DOOR, *WINDOW)
    assert outlines(device) == {*DOOR, *WINDOW}
    assert set_masks(gate.pk, (*DOOR, *WINDOW)) == (*DOOR, *WINDOW)
    assert device.calls.count(("tr2", "CreateMask")) == 2, "what it covers already is left"
    assert set_masks(gate.pk, WINDOW) == WINDOW
    assert outlines(device) == set(WINDOW)
    assert set_masks(gate.pk, ()) == ()
    assert outlines(device) == set()
    assert not GivenMask.objects.exists()


def test_masks_drawn_at_the_device_stay(onvif_device: Devices) -> None:
    device = onvif_device()
    gate = camera(device)
    drawn_at_the_device(device)
    [by_hand] = outlines(device)
    assert set_masks(gate.pk, DOOR) == DOOR
    assert set_masks(gate.pk, ()) == ()
    assert outlines(device) == {by_hand}


def test_no_more_are_taken_than_the_device_has_room_for(onvif_device: Devices) -> None:
    device = onvif_device()
    many = tuple(((x / 20, 0.1), (x / 20 + 0.04, 0.1), (x / 20, 0.5)) for x in range(10))
    taken = set_masks(camera(device).pk, many)
    assert taken == many[:8]


def test_a_device_that_cannot_cover_leaves_it_to_eyrie(onvif_device: Devices) -> None:
    device = onvif_device()
    gate = camera(device)
    device.fault(Trouble.HALF)
    assert set_masks(gate.pk, DOOR) == ()
    device.clear()
    assert set_masks(gate.pk, DOOR) == DOOR
    assert set_masks(camera_without_media2(onvif_device), DOOR) == ()


def camera_without_media2(onvif_device: Devices) -> int:
    other = onvif_device(lacks={"tr2"})
    settings = {"address": other.address, "user": other.user, "password": other.password}
    return int(add_camera("yard", "onvif", settings, actor="test").pk)
