"""A site that has something of everything, to be looked at: cameras of each kind, one that is away, detectors that see
something, a look at a recording, doors with badges, plates of a list, a rule, an export, a target of backups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.browser import SECONDS
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

PLUGINS = (
    "local_disk,rtsp,motion,tamper,objects,analytics,lpr,accesscontrol,arm,bookmark,email,ftp_backup,notify,record,"
    "snapshot,webhook"
)
SCENES = {"Front door": "entrance", "Street": "street", "Yard": "yard", "Till": "till"}
LINE = {"name": "Kerb", "points": [[0.05, 0.75], [0.95, 0.75]], "direction": "both"}
ZONE = {"name": "Crossroads", "points": [[0.02, 0.4], [0.98, 0.4], [0.98, 0.98], [0.02, 0.98]]}
MASK = [[0.0, 0.0], [0.22, 0.0], [0.22, 0.3], [0.0, 0.3]]
RULE = {
    "name": "A stranger at the door",
    "definition": {
        "types": ["access.denied"],
        "condition": {"field": "attributes.door", "op": "eq", "value": "E1"},
        "hours": [{"days": [0, 1, 2, 3, 4], "from": "18:00", "until": "07:00"}],
        "actions": [{"name": "record", "settings": {"seconds": 15}}, {"name": "snapshot", "settings": {}}],
    },
}


@dataclass(frozen=True)
class Site:
    """Cameras by name; addresses of pages that show one thing of many; what a look at the street found."""

    cameras: dict[str, int]
    addresses: tuple[str, ...]
    replay: int

    @property
    def street(self) -> int:
        return self.cameras["Street"]


def furnish(system: RunningSystem, simulator: Callable[..., ParkFace]) -> Site:
    """Set everything up, and return when there is something to be seen of all."""
    places = {name: SimulatedCamera(scene, scene, width=1280, height=720) for name, scene in SCENES.items()}
    park = simulator(*places.values())
    cameras = {
        name: system.add_camera(name, park.url(place.name), sub_url=park.url(place.name, "sub"))
        for name, place in places.items()
    }
    system.add_camera("Roof", "rtsp://127.0.0.1:9/nobody")
    for camera in cameras.values():
        system.wait_recording(camera, 60)
    began = now_ms()
    _people(system, cameras)
    _detectors(system, cameras)
    _doors(system, cameras["Front door"])
    rule = _posted(system, "rules/", RULE)["id"]
    _lose_for_a_while(system, park, cameras["Till"])
    eventually(lambda: now_ms() > began + 40 * SECONDS, 60, "some recordings", 1)
    _kept(system, cameras["Front door"], began)
    replay = _replay(system, cameras["Street"], began)
    event = _first_event(system, "motion.detected")
    pages = (f"/events/{event}/", f"/rules/{rule}/", f"/cameras/{cameras['Street']}/detection/{replay}/")
    return Site(cameras, pages, replay)


def _people(system: RunningSystem, cameras: dict[str, int]) -> None:
    _posted(system, "users/", {"username": "vera", "password": "seen-by-vera-1", "roles": ["viewer"]})
    tiles = [{"camera": camera} for camera in cameras.values()]
    _posted(system, "views/", {"name": "Doors", "shared": True, "arrangement": {"layout": "2x2", "tiles": tiles}})


def _detectors(system: RunningSystem, cameras: dict[str, int]) -> None:
    looks: list[tuple[str, str, dict[str, Any]]] = [
        ("Street", "motion", {"zones": [{**ZONE, "kind": "include"}]}),
        ("Street", "lpr", {}),
        ("Street", "analytics", {"lines": [LINE], "loitering_zones": [ZONE]}),
        ("Front door", "motion", {}),
        ("Front door", "objects", {}),
        ("Yard", "motion", {}),
        ("Yard", "tamper", {}),
    ]
    for name, detector, settings in looks:
        body = {"enabled": True, "settings": settings}
        system.api.put(f"cameras/{cameras[name]}/detectors/{detector}/", json=body).raise_for_status()
    system.api.patch(f"cameras/{cameras['Yard']}/", json={"masks": [MASK]}).raise_for_status()


def _doors(system: RunningSystem, camera: int) -> None:
    access = "plugins/accesscontrol/"
    _posted(system, f"{access}doors/", {"code": "E1", "title": "Main entry", "camera": camera})
    system.api.put(f"{access}holders/", json={"card": "1041", "name": "Mara Lindqvist"}).raise_for_status()
    for number, (outcome, card) in enumerate((("granted", "1041"), ("denied", "7777"), ("forced", ""))):
        report = {"id": f"r{number}", "outcome": outcome, "door": "E1", "at": rfc3339(now_ms()), "card": card}
        _posted(system, f"{access}badges/", report)


def _lose_for_a_while(system: RunningSystem, park: ParkFace, camera: int) -> None:
    park.fault("till", "drop")
    eventually(lambda: system.status(camera)["state"] != "streaming", 30, "a camera is away", 0.5)
    park.clear("till")


def _kept(system: RunningSystem, camera: int, began: int) -> None:
    items = [{"camera": camera, "start": rfc3339(began), "end": rfc3339(began + 10 * SECONDS)}]
    _posted(system, "exports/", {"title": "Parcel at the door", "items": items})
    _posted(system, "bookmarks/", {"camera": camera, "start": rfc3339(began), "text": "A parcel"})


def _replay(system: RunningSystem, camera: int, began: int) -> int:
    span = {"start": rfc3339(began), "end": rfc3339(now_ms() - 8 * SECONDS)}
    job: int = _posted(system, f"cameras/{camera}/replays/", {"detector": "motion", **span})["id"]
    path = f"cameras/{camera}/replays/{job}/"
    eventually(lambda: system.api.get(path).json()["state"] in ("done", "failed"), 120, "a look at a recording", 1)
    return job


def _first_event(system: RunningSystem, kind: str) -> int:
    def found() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = system.api.get("events/", params={"type": kind}).json()["results"]
        return rows

    event: int = eventually(found, 90, f"an event {kind}; see {system.log}", 1)[0]["id"]
    return event


def _posted(system: RunningSystem, path: str, body: dict[str, Any]) -> Any:
    answer = system.api.post(path, json=body)
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:500]}"
    return answer.json()
