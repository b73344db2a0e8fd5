"""Patrols: who may keep and start them, and that they give way to persons and go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from core.cameras import patrols, steering
from core.cameras.control import return_left_alone
from core.cameras.models import Camera, Patrol, Steering
from core.cameras.patrolling import Patrolling
from core.cameras.patrols import Stop
from core.cameras.steering import Hand, HeldBack
from core.hookspecs.cameras import ControlError
from core.system.models import AuditRow
from core.web.tests.test_ptz import Tripod, Wall, dome, tripod

__all__ = ["dome", "tripod"]
pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]
STOPS = [Stop("7", 10), Stop("8", 30)]
JO, KIM = Hand(1, "jo"), Hand(2, "kim")


@pytest.fixture
def rounds(dome: Camera) -> Patrol:
    return patrols.save_patrol(Patrol(camera=dome), "Rounds", STOPS, actor="root")


def takes_its_turns(clock: Wall) -> None:
    for camera_id in patrols.due(clock):
        patrols.step(camera_id, clock)


def after(clock: Wall, seconds: int) -> None:
    clock.now_ms += seconds * 1000
    takes_its_turns(clock)


def test_a_camera_goes_from_stop_to_stop(rounds: Patrol, tripod: Tripod) -> None:
    clock = Wall()
    patrols.start(rounds, JO, clock)
    takes_its_turns(clock)
    assert tripod.told == [("preset", "7")]
    after(clock, 9)
    assert len(tripod.told) == 1, "not before its time"
    after(clock, 1)
    after(clock, 29)
    assert tripod.told == [("preset", "7"), ("preset", "8")]
    after(clock, 1)
    assert tripod.told == [("preset", "7"), ("preset", "8"), ("preset", "7")], "and again from the first"
    patrols.stop(rounds.camera_id, actor="jo")
    after(clock, 3600)
    assert len(tripod.told) == 3


def test_it_waits_for_a_person_and_goes_on(rounds: Patrol, tripod: Tripod) -> None:
    clock = Wall()
    patrols.start(rounds, JO, clock)
    takes_its_turns(clock)
    clock.now_ms += 9_000
    steering.take(rounds.camera_id, KIM, clock=clock)
    after(clock, 5)
    assert len(tripod.told) == 1
    with pytest.raises(HeldBack):
        patrols.start(rounds, JO, clock)
    after(clock, steering.HOLD_MS // 1000 - 5)
    assert tripod.told == [("preset", "7"), ("preset", "8")]


def test_a_step_whose_turn_was_taken_is_not_taken_again(rounds: Patrol, tripod: Tripod) -> None:
    clock = Wall()
    patrols.start(rounds, JO, clock)
    for _ in range(3):
        patrols.step(rounds.camera_id, clock)
    assert tripod.told == [("preset", "7")]


def test_a_camera_on_patrol_does_not_go_back_until_it_is_stopped(rounds: Patrol, tripod: Tripod) -> None:
    clock = Wall()
    steering.set_return(rounds.camera_id, "yard", 1, actor="root")
    slow = patrols.save_patrol(rounds, "Rounds", [Stop("7", 600), Stop("7", 600)], actor="root")
    patrols.start(slow, JO, clock)
    takes_its_turns(clock)
    steering.moved(rounds.camera_id, clock)
    clock.now_ms += 5 * 60_000
    return_left_alone(clock)
    assert tripod.told == [("preset", "7")]
    patrols.stop(rounds.camera_id, actor="jo")
    return_left_alone(clock)
    assert tripod.told == [("preset", "7"), ("preset", "8")]


def test_a_camera_that_does_not_go_is_told_again_at_the_next_stop(rounds: Patrol, tripod: Tripod) -> None:
    clock = Wall()
    patrols.start(rounds, JO, clock)
    tripod.broken = "It is stuck."
    takes_its_turns(clock)
    assert Steering.objects.get(camera=rounds.camera).patrol_trouble == "It is stuck."
    tripod.broken = ""
    after(clock, 10)
    assert tripod.told == [("preset", "8")]
    assert Steering.objects.get(camera=rounds.camera).patrol_trouble == ""


def test_what_is_deleted_or_switched_off_is_not_gone(rounds: Patrol, tripod: Tripod) -> None:
    clock = Wall()
    patrols.start(rounds, JO, clock)
    Camera.objects.filter(pk=rounds.camera_id).update(enabled=False)
    takes_its_turns(clock)
    Camera.objects.filter(pk=rounds.camera_id).update(enabled=True)
    patrols.remove_patrol(rounds, actor="root")
    takes_its_turns(clock)
    assert tripod.told == []


def test_a_rule_starts_it_unless_a_person_moves_the_camera(rounds: Patrol, tripod: Tripod) -> None:
    camera_id = rounds.camera_id
    with pytest.raises(ControlError, match="no patrol 'Night' of this camera; choose one of Rounds"):
        patrols.start_named(camera_id, "Night", "<rule>")
    steering.take(camera_id, JO)
    with pytest.raises(ControlError, match="dome is moved by jo"):
        patrols.start_named(camera_id, "Rounds", "<rule>")
    steering.release(camera_id, JO)
    patrols.start_named(camera_id, "Rounds", "<rule>")
    Steering.objects.update(patrol_next=1)
    patrols.start_named(camera_id, "Rounds", "<rule>")
    assert Steering.objects.get(camera_id=camera_id).patrol_next == 1, "it goes on"
    patrols.stop_named(camera_id, "<rule>")
    assert Steering.objects.get(camera_id=camera_id).patrol is None


@contextmanager
def working(clock: Wall) -> Iterator[None]:
    one = Patrolling(clock)
    one.start()
    try:
        yield
    finally:
        one.stop()


def test_a_worker_that_starts_anew_goes_on(rounds: Patrol, tripod: Tripod, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, went, told = Wall(), [], threading.Semaphore(0)

    def goes(camera_id: int, token: str) -> None:
        went.append(token)
        told.release()

    monkeypatch.setattr("core.tasks.looking.LOOK_S", 0.02)
    monkeypatch.setattr(patrols, "goto_stop", goes)
    patrols.start(rounds, JO, clock)
    with working(clock):
        assert told.acquire(timeout=30)
    clock.now_ms += 10_000
    with working(clock):
        assert told.acquire(timeout=30)
    assert went == ["7", "8"]


async def test_over_rest(session_of: Any, dome: Camera, tripod: Tripod) -> None:
    url = f"/api/v1/cameras/{dome.pk}/ptz/patrols/"
    root, jo = await session_of("root", "administrator"), await session_of("jo", "operator")
    viewer = await session_of("vi", "viewer")
    body = {"name": "Rounds", "stops": [{"preset": "7", "seconds": 10}, {"preset": "8", "seconds": 30}]}
    assert (await jo.post(url, json=body)).status_code == 403
    made = await root.post(url, json=body)
    assert made.status_code == 201
    one = f"{url}{made.json()['id']}/"
    again = await root.post(url, json=body)
    assert again.json() == {"name": ["This camera has a patrol of this name already; choose another name."]}
    for wrong in ({"stops": body["stops"][:1]}, {"stops": [{"preset": "7", "seconds": 1}] * 2}):
        assert list((await root.put(one, json=body | wrong)).json()) == ["stops"]
    changed = body | {"name": "Night"}
    assert (await root.put(one, json=changed)).json()["name"] == "Night"
    assert (await viewer.get(url)).status_code == 403
    assert (await viewer.post(f"{one}start/")).status_code == 403
    assert (await viewer.post(f"{url}stop/")).status_code == 403
    assert (await jo.post(f"{one}start/")).status_code == 204
    [found] = (await jo.get(url)).json()["results"]
    assert found == changed | {"id": made.json()["id"], "running": True, "trouble": ""}
    assert (await jo.delete(one)).status_code == 403
    assert (await jo.post(f"{url}stop/")).status_code == 204
    assert (await jo.get(url)).json()["results"][0]["running"] is False
    assert (await root.delete(one)).status_code == 204
    assert (await root.delete(one)).status_code == 404
    written = await sync_to_async(lambda: [row.action for row in AuditRow.objects.order_by("id")])()
    assert [action for action in written if action.startswith("camera.patrol")] == [
        "camera.patrol",
        "camera.patrol",
        "camera.patrol_run",
        "camera.patrol_run",
        "camera.patrol_remove",
    ]


async def test_a_patrol_of_another_camera_is_not_found(session_of: Any, rounds: Patrol) -> None:
    other = await Camera.objects.acreate(name="other", driver="tripod")
    root = await session_of("root", "administrator")
    assert (await root.post(f"/api/v1/cameras/{other.pk}/ptz/patrols/{rounds.pk}/start/")).status_code == 404


async def test_one_that_somebody_moves_is_not_sent_off(session_of: Any, rounds: Patrol) -> None:
    jo = await session_of("jo", "operator")
    await sync_to_async(steering.take)(rounds.camera_id, Hand(4711, "kim"))
    refused = await jo.post(f"/api/v1/cameras/{rounds.camera_id}/ptz/patrols/{rounds.pk}/start/")
    assert (refused.status_code, refused.json()["detail"]) == (409, "kim is moving this camera.")


async def test_a_camera_is_sent_to_a_point(session_of: Any, dome: Camera, tripod: Tripod) -> None:
    url = f"/api/v1/cameras/{dome.pk}/ptz/"
    jo = await session_of("jo", "operator")
    assert (await jo.post(url, json={"op": "place", "pan": 12.5, "zoom": 0})).status_code == 200
    assert tripod.told == [("place", 12.5, None, 0.0)]
    assert (await jo.post(url, json={"op": "place"})).status_code == 400
    assert (await jo.post(url, json={"op": "place", "pan": "inf"})).status_code == 400


async def test_a_position_is_renamed_where_it_is(session_of: Any, dome: Camera, tripod: Tripod) -> None:
    url = f"/api/v1/cameras/{dome.pk}/ptz/"
    order = {"op": "rename_preset", "preset": "8", "name": "court"}
    jo, root = await session_of("jo", "operator"), await session_of("root", "administrator")
    assert (await jo.post(url, json=order)).status_code == 403
    assert (await root.post(url, json=order)).json() == {"answer": "8"}
    assert tripod.told == [("preset", "8"), ("set_preset", "court", "8")]
