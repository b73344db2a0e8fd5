"""A simulated device is moved and switched through core, as web and rules do it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from core.api import ControlError, TourAct
from core.api.services import add_camera, goto_preset, set_output
from core.cameras.control import controls_of, mover, moves
from core.cameras.models import Camera
from plugins.simulator.testing import DeviceFace, onvif_device, simulator, simulator_cache

__all__ = ["onvif_device", "simulator", "simulator_cache"]
pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.one_database]
T = TypeVar("T")


def done(work: Awaitable[T]) -> T:
    async def wait() -> T:
        return await work

    return asyncio.run(wait())


@pytest.fixture
def device(onvif_device: Any) -> DeviceFace:
    return onvif_device(camera={"moves": True})


@pytest.fixture
def camera(device: DeviceFace) -> Camera:
    settings = {"address": device.address, "user": device.user, "password": device.password}
    return add_camera("gate", "onvif", settings, actor="test")


def test_what_a_head_can_do_is_known(device: DeviceFace, camera: Camera) -> None:
    assert moves(camera)
    able = done(mover(camera.pk).ptz.abilities())
    assert (able.pan_tilt, able.zoom, able.centre, able.presets, able.home, able.set_home) == (True,) * 6
    assert (able.tours, able.focus, able.auto_focus) == (True,) * 3
    assert able.auxiliary == ("Wiper", "IRLamp")


def test_it_moves_stops_and_says_where_it_is(device: DeviceFace, camera: Camera) -> None:
    ptz = mover(camera.pk).ptz

    async def moved() -> tuple[Any, Any]:
        await ptz.move(1.0, 0.5, 0.0, 5.0)
        while (await ptz.position()).pan == 0.0:
            pass
        moving = await ptz.position()
        await ptz.stop()
        return moving, await ptz.position()

    moving, standing = done(moved())
    assert moving.moving is True
    assert standing.moving is False
    view = device.view()
    assert view is not None
    assert (view.pan, view.tilt) == pytest.approx((standing.pan, standing.tilt), abs=1e-4)
    assert 0 < view.tilt < view.pan


def test_a_point_of_the_picture_comes_into_the_middle_and_a_part_fills_it(device: DeviceFace, camera: Camera) -> None:
    ptz = mover(camera.pk).ptz
    done(ptz.centre(0.75, 0.25, 1.0))
    view = wait_for_rest(device, ptz)
    share = 0.5  # of the scene's width that the widest view sees
    middle = (view.pan + 1) / 2 * (1 - share) + share / 2
    assert middle == pytest.approx(0.5 + 0.25 * share, abs=0.02), "the point a quarter of the picture right of it"
    assert view.tilt > 0
    assert view.zoom == 0
    done(ptz.centre(0.5, 0.5, 0.5))
    assert wait_for_rest(device, ptz).zoom > 0


def test_it_is_sent_to_a_point_in_its_own_units(device: DeviceFace, camera: Camera) -> None:
    ptz = mover(camera.pk).ptz
    assert done(ptz.abilities()).absolute is True
    done(ptz.place(0.25, -0.5, 0.5))
    view = wait_for_rest(device, ptz)
    assert (view.pan, view.tilt, view.zoom) == pytest.approx((0.25, -0.5, 0.5))
    done(ptz.place(None, 7.0, None))
    view = wait_for_rest(device, ptz)
    assert (view.pan, view.tilt, view.zoom) == pytest.approx((0.25, 1.0, 0.5)), "as far as it goes; the rest stays"


def wait_for_rest(device: DeviceFace, ptz: Any) -> Any:
    async def rest() -> None:
        async with asyncio.timeout(20):
            while (await ptz.position()).moving:
                pass

    done(rest())
    return device.view()


def test_positions_home_and_tours(device: DeviceFace, camera: Camera) -> None:
    ptz = mover(camera.pk).ptz
    token = done(ptz.set_preset("Door"))
    assert ("Door", token) in {(one.name, one.token) for one in done(ptz.presets())}
    done(ptz.move(1.0, 0.0, 0.0, 0.3))
    assert wait_for_rest(device, ptz).pan > 0.1
    goto_preset(camera.pk, "Door")
    assert wait_for_rest(device, ptz).pan == pytest.approx(0.0, abs=0.001)
    assert "Door" in controls_of(camera.pk).presets
    done(ptz.set_preset("Gate", token))
    assert [one.name for one in done(ptz.presets()) if one.token == token] == ["Gate"]
    done(ptz.remove_preset(token))
    assert token not in {one.token for one in done(ptz.presets())}
    done(ptz.set_home())
    done(ptz.go_home())
    for tour in done(ptz.tours()):
        done(ptz.tour(tour.token, TourAct.STOP))
    with pytest.raises(ControlError):
        done(ptz.goto_preset("nowhere"))


def test_focus_and_auxiliary_commands(device: DeviceFace, camera: Camera) -> None:
    ptz = mover(camera.pk).ptz
    done(ptz.focus(0.5))
    done(ptz.focus(0.0))
    done(ptz.auto_focus(True))
    assert ("timg", "Move") in device.calls
    assert ("timg", "Stop") in device.calls
    done(ptz.auxiliary("Wiper", True))
    assert device.obeyed() == ["tt:Wiper|On"]
    with pytest.raises(ControlError):
        done(ptz.auxiliary("Catapult", True))


def test_relays_are_switched(device: DeviceFace, camera: Camera) -> None:
    names = controls_of(camera.pk).outputs
    assert set(device.relays()) <= set(names)
    relay = names[0]
    set_output(camera.pk, relay, True)
    assert device.relays()[relay] is True
    set_output(camera.pk, relay, True)
    set_output(camera.pk, relay, False)
    assert device.relays()[relay] is False
    assert "Siren" in names
    set_output(camera.pk, "Siren", True)
    assert device.obeyed() == ["tt:Siren|On"]
    with pytest.raises(ControlError, match="'roof' is not known to the camera; choose one of"):
        set_output(camera.pk, "roof", True)


def test_a_camera_without_a_head_cannot_be_moved(onvif_device: Any) -> None:
    fixed = onvif_device()
    settings = {"address": fixed.address, "user": fixed.user, "password": fixed.password}
    camera = add_camera("fixed", "onvif", settings, actor="test")
    assert done(mover(camera.pk).ptz.abilities()).pan_tilt is False
    with pytest.raises(ControlError, match="cannot be moved"):
        done(mover(camera.pk).ptz.move(1, 0, 0, 1))
    known = add_camera("known", "onvif", settings | {"moves": False}, actor="test")
    assert not moves(known)


def test_a_device_that_is_away_is_told_of_in_one_sentence(device: DeviceFace, camera: Camera) -> None:
    device.fault("off")
    with pytest.raises(ControlError, match=r"\.$"):
        goto_preset(camera.pk, "Door")
