"""Cameras are moved by one person at a time, who may, and stop when that person is gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import websockets
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from pydantic import BaseModel, ConfigDict

from core.cameras import steering
from core.cameras.control import goto_preset, return_left_alone
from core.cameras.models import Camera, Steering
from core.cameras.steering import Hand, HeldBack
from core.events.models import StoredEvent
from core.events.publishing import GROUP
from core.hookspecs.cameras import CameraDriverSpec, ControlError, ProbeReport
from core.hookspecs.marks import hookimpl
from core.hookspecs.ptz import Preset, PtzAbilities, PtzPosition, Tour, TourAct
from core.system.models import AuditRow
from core.web.tests.watched import closed, token_of

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]
LONG = 20


class Tripod:
    """Notes what it is told. broken: what it says to everything."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.broken = ""
        self.slow = 0.0
        self._news = asyncio.Condition()
        self.busy = 0

    async def _note(self, *what: Any) -> None:
        self.busy += 1
        assert self.busy == 1, "one call at a time"
        await asyncio.sleep(self.slow)
        self.busy -= 1
        if self.broken:
            raise ControlError(self.broken)
        async with self._news:
            self.told.append(what)
            self._news.notify_all()

    async def until(self, *what: Any) -> None:
        async with asyncio.timeout(LONG), self._news:
            await self._news.wait_for(lambda: any(one[: len(what)] == what for one in self.told))

    async def abilities(self) -> PtzAbilities:
        return PtzAbilities(pan_tilt=True, zoom=True, centre=True, presets=True, home=True)

    async def move(self, pan: float, tilt: float, zoom: float, seconds: float) -> None:
        await self._note("move", pan, tilt, zoom)

    async def stop(self) -> None:
        await self._note("stop")

    async def centre(self, x: float, y: float, part: float) -> None:
        await self._note("centre", x, y, part)

    async def place(self, pan: float | None, tilt: float | None, zoom: float | None) -> None:
        await self._note("place", pan, tilt, zoom)

    async def presets(self) -> Sequence[Preset]:
        return [Preset("7", "gate"), Preset("8", "yard")]

    async def goto_preset(self, token: str) -> None:
        await self._note("preset", token)

    async def set_preset(self, name: str, token: str = "") -> str:
        await self._note("set_preset", name, token)
        return token or "9"

    async def remove_preset(self, token: str) -> None:
        await self._note("remove_preset", token)

    async def go_home(self) -> None:
        await self._note("home")

    async def set_home(self) -> None:
        await self._note("set_home")

    async def tours(self) -> Sequence[Tour]:
        return []

    async def tour(self, token: str, act: TourAct) -> None:
        await self._note("tour", token, act)

    async def focus(self, speed: float) -> None:
        await self._note("focus", speed)

    async def auto_focus(self, on: bool) -> None:
        await self._note("auto_focus", on)

    async def auxiliary(self, command: str, on: bool) -> None:
        await self._note("auxiliary", command, on)

    async def position(self) -> PtzPosition:
        return PtzPosition(0.25, -0.5, 0.0, False)


class NoSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")


async def _probe(settings: NoSettings, seconds: float) -> ProbeReport:
    return ProbeReport()


@pytest.fixture
def tripod(register_temporarily: Any) -> Tripod:
    found = Tripod()
    spec = CameraDriverSpec(
        name="tripod",
        title="Tripod",
        settings=NoSettings,
        streams=lambda settings: ("main",),
        open=lambda settings, stream: (_ for _ in ()).throw(NotImplementedError),
        probe=_probe,
        ptz=lambda settings: found,
    )

    @hookimpl
    def register_camera_drivers() -> list[CameraDriverSpec]:
        return [spec]

    register_temporarily(
        SimpleNamespace(__name__="tripod_hooks", register_camera_drivers=register_camera_drivers), "tripod"
    )
    return found


@pytest.fixture
def dome(transactional_db: None, tripod: Tripod) -> Camera:
    return Camera.objects.create(name="dome", driver="tripod")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published arrives, as over the hub between processes."""

    def publish(topic: str, message: dict[str, Any]) -> None:
        envelope = {"type": "topic.message", "topic": topic, "message": message}
        async_to_sync(get_channel_layer().group_send)(GROUP + topic, envelope)

    monkeypatch.setattr(steering, "publish", publish)


@pytest.fixture
def at_helm(served: str, person: Callable, dome: Camera) -> Callable:
    @asynccontextmanager
    async def make(name: str, role: str) -> AsyncIterator[Any]:
        headers = await token_of(person, name, role)
        async with websockets.connect(
            f"ws://{served}/ws/v1/cameras/{dome.pk}/ptz/", additional_headers=headers
        ) as link:
            yield link

    return make


async def say(link: Any, **order: Any) -> None:
    await link.send(json.dumps(order))


async def hear(link: Any, op: str) -> dict[str, Any]:
    async with asyncio.timeout(LONG):
        while True:
            message: dict[str, Any] = json.loads(await link.recv())
            if message["op"] == op:
                return message


async def test_a_camera_moves_while_it_is_told_to_and_stops_when_its_mover_is_gone(at_helm, tripod) -> None:
    async with at_helm("jo", "operator") as link:
        assert (await hear(link, "holder"))["may_take"] is True
        await say(link, op="move", pan=0.5, tilt=-0.25)
        await tripod.until("move", 0.5, -0.25, 0.0)
        await say(link, op="move", pan=0.75)
        await tripod.until("move", 0.75)
        assert ("stop",) not in tripod.told
    await tripod.until("stop")


async def test_a_move_that_nobody_repeats_ends_by_itself(at_helm, tripod) -> None:
    async with at_helm("jo", "operator") as link:
        await say(link, op="move", zoom=1)
        await tripod.until("move", 0.0, 0.0, 1.0)
        await tripod.until("stop")


async def test_a_slow_camera_is_told_the_last_velocity_and_then_to_stop(at_helm, tripod) -> None:
    tripod.slow = 0.2
    async with at_helm("jo", "operator") as link:
        for step in range(1, 11):
            await say(link, op="move", pan=step / 10)
        await tripod.until("move", 1.0)
        await say(link, op="stop")
        await hear(link, "done")
    assert len(tripod.told) < 8
    assert tripod.told[-1] == ("stop",)


async def test_one_person_at_a_time_and_who_is_first_takes_it(hub, at_helm, tripod, dome) -> None:
    async with at_helm("jo", "operator") as jo, at_helm("kim", "operator") as kim:
        await say(jo, op="preset", preset="7")
        assert (await hear(jo, "done"))["of"] == "preset"
        await say(kim, op="move", pan=1)
        assert (await hear(kim, "error"))["detail"] == "jo is moving this camera."
        async with at_helm("root", "administrator") as root:
            found = await hear(root, "holder")
            assert (found["by"], found["may_take"]) == ("jo", True)
            await say(root, op="lock", on=True)
            await hear(root, "done")
        told = await hear(jo, "holder")
        while told["by"] != "root":
            told = await hear(jo, "holder")
        assert (told["mine"], told["locked"], told["may_take"]) == (False, True, False)
        await say(jo, op="home")
        assert (await hear(jo, "error"))["detail"] == "root is moving this camera."
    assert tripod.told == [("preset", "7")]
    assert await sync_to_async(
        lambda: list(AuditRow.objects.filter(action="camera.move").order_by("pk").values_list("actor"))
    )() == [
        ("jo",),
        ("root",),
    ]
    first = await StoredEvent.objects.filter(type="camera.moved").aearliest("id")
    assert (first.attributes, first.end_ms is not None) == ({"by": "jo"}, True)


async def test_who_lets_go_lets_others(at_helm, tripod) -> None:
    async with at_helm("jo", "operator") as jo, at_helm("kim", "operator") as kim:
        await say(jo, op="home")
        await hear(jo, "done")
        await say(jo, op="release")
        await hear(jo, "done")
        await say(kim, op="centre", x=0.5, y=0.25, part=0.5)
        await hear(kim, "done")
    assert tripod.told == [("home",), ("centre", 0.5, 0.25, 0.5)]


async def test_everybody_learns_that_a_hold_ran_out(hub, at_helm, tripod, monkeypatch) -> None:
    monkeypatch.setattr(steering, "HOLD_MS", 300)
    async with at_helm("jo", "operator") as jo, at_helm("kim", "operator") as kim:
        await hear(kim, "holder")
        await say(jo, op="home")
        assert (await hear(kim, "holder"))["by"] == "jo"
        assert (await hear(kim, "holder"))["by"] == ""


async def test_a_camera_that_cannot_be_moved_is_nobodys(session_of, paper) -> None:
    still = await Camera.objects.acreate(name="still", driver="paper", settings={"url": "rtsp://x"})
    jo = await session_of("jo", "operator")
    assert (await jo.post(f"/api/v1/cameras/{still.pk}/ptz/", json={"op": "home"})).status_code == 502
    assert not await Steering.objects.aexists()


async def test_what_a_camera_answers_is_told(at_helm, tripod) -> None:
    tripod.broken = "The camera is being installed."
    async with at_helm("jo", "operator") as link:
        for order in ({"op": "move", "pan": 1}, {"op": "home"}):
            await say(link, **order)
            assert (await hear(link, "error"))["detail"] == "The camera is being installed."


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"op": "move", "pan": 2}, "pan"),
        ({"op": "fly"}, "op"),
        ({"op": "move", "pan": "NaN"}, "pan"),
        ({"op": "preset"}, "preset"),
        ({"op": "home", "now": True}, "now"),
    ],
)
async def test_what_is_no_order_is_refused(at_helm, tripod, order, why) -> None:
    async with at_helm("jo", "operator") as link:
        await say(link, **order)
        assert (await hear(link, "error"))["detail"].startswith(why)
    assert tripod.told == []


async def test_positions_are_changed_by_who_manages_the_camera(at_helm, tripod, session_of, dome) -> None:
    async with at_helm("jo", "operator") as link:
        await say(link, op="set_preset", name="door")
        assert (await hear(link, "error"))["detail"] == "Your rights do not reach here."
    url = f"/api/v1/cameras/{dome.pk}/ptz/"
    jo = await session_of("jo", "operator")
    assert (await jo.post(url, json={"op": "set_home"})).status_code == 403
    root = await session_of("root", "administrator")
    made = await root.post(url, json={"op": "set_preset", "name": "door"})
    assert (made.status_code, made.json()) == (200, {"answer": "9"})


async def test_moving_takes_its_own_right(served, person, dome, tripod, session_of) -> None:
    url = f"ws://{served}/ws/v1/cameras/{dome.pk}/ptz/"
    assert await closed(url, await token_of(person, "vi", "viewer")) == 4403
    assert await closed(url, await token_of(person, "stranger", "")) == 4404
    assert await closed(url, {}) == 4401
    viewer = await session_of("vi2", "viewer")
    assert (await viewer.get(f"/api/v1/cameras/{dome.pk}/ptz/")).status_code == 403


async def test_over_rest(session_of, dome, tripod) -> None:
    url = f"/api/v1/cameras/{dome.pk}/ptz/"
    jo, kim = await session_of("jo", "operator"), await session_of("kim", "operator")
    found = (await jo.get(url)).json()
    assert found["abilities"]["pan_tilt"] is True
    assert found["presets"] == [{"token": "7", "name": "gate"}, {"token": "8", "name": "yard"}]
    assert found["position"] == {"pan": 0.25, "tilt": -0.5, "zoom": 0.0, "moving": False}
    assert (found["held_by"], found["return_preset"]) == ("", "")
    assert (await jo.post(url, json={"op": "move", "pan": 1, "seconds": 0.2})).status_code == 200
    await tripod.until("move", 1.0)
    await tripod.until("stop")
    held = await kim.post(url, json={"op": "home"})
    assert (held.status_code, held.json()["detail"]) == (409, "jo is moving this camera.")
    assert (await jo.post(url, json={"op": "move", "tilt": 3})).json() == {"tilt": ["is too large; give at most 1."]}
    tripod.broken = "It is stuck."
    assert (await jo.post(url, json={"op": "home"})).status_code == 502


async def test_a_camera_that_cannot_be_moved_is_not_there_to_be_moved(session_of, paper) -> None:
    still = await Camera.objects.acreate(name="still", driver="paper", settings={"url": "rtsp://x"})
    jo = await session_of("jo", "operator")
    assert (await jo.get(f"/api/v1/cameras/{still.pk}/ptz/")).status_code == 404


class Wall:
    """A clock that is set by hand."""

    now_ms = 1_780_000_000_000

    def wall_ms(self) -> int:
        return self.now_ms

    def monotonic(self) -> float:
        return self.now_ms / 1000


def test_a_camera_left_alone_returns(dome: Camera, tripod: Tripod) -> None:
    clock = Wall()
    steering.set_return(dome.pk, "yard", 3, actor="root")
    steering.take(dome.pk, Hand(1, "jo"), clock=clock)
    with pytest.raises(HeldBack):
        steering.take(dome.pk, Hand(2, "kim"), clock=clock)
    clock.now_ms += 2 * 60_000
    return_left_alone(clock)
    assert tripod.told == []
    clock.now_ms += 60_000
    return_left_alone(clock)
    assert tripod.told == [("preset", "8")]
    clock.now_ms += 60 * 60_000
    return_left_alone(clock)
    assert len(tripod.told) == 1, "once"


def test_a_rule_waits_for_the_person_who_moves_the_camera(dome: Camera, tripod: Tripod) -> None:
    steering.take(dome.pk, Hand(1, "jo"))
    with pytest.raises(ControlError, match="dome is moved by jo"):
        goto_preset(dome.pk, "gate")
    steering.release(dome.pk, Hand(1, "jo"))
    goto_preset(dome.pk, "gate")
    assert tripod.told == [("preset", "7")]
    with pytest.raises(ControlError, match="'attic' is not known; choose one of gate, yard"):
        goto_preset(dome.pk, "attic")


def test_a_hold_that_ran_out_ends_its_event(dome: Camera, tripod: Tripod) -> None:
    clock = Wall()
    held = steering.take(dome.pk, Hand(1, "jo"), clock=clock)
    clock.now_ms += steering.HOLD_MS
    assert steering.holder(dome.pk, clock) is None
    steering.expire(clock)
    assert StoredEvent.objects.get(type="camera.moved").end_ms == held.until_ms
    steering.take(dome.pk, Hand(2, "kim"), clock=clock)
    assert Steering.objects.get(camera=dome).name == "kim"
