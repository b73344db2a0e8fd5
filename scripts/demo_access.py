"""The demo's access system: a program beside Eyrie that tells it who badges at the entry, as any maker's would.

Once it sets up what a person would: motion detection in the street, the door and the camera that sees it, card
holders, a rule, and the key that its calls are signed with (Standard Webhooks 1.0). Then it reports a badge a minute,
each when somebody is seen in the simulated door. Called by scripts/demo.sh; ends with the process that called it. What
somebody deletes in Eyrie stays deleted: it sets up only where `demo-access.key` is missing in the data directory.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the checkout is not

from core.configuration import configuration  # noqa: E402 - needs the line above

CAMERA, DOOR = "Entrance", "E1"
STREET = "Street"
HOLDERS = {
    "1041": "Mara Lindqvist",
    "1042": "Jonas Weber",
    "1043": "Amina Haddad",
    "1044": "Luca Moretti",
    "1045": "Sofia Novak",
}
STRANGER, EVERY_STRANGER = "7777", 7
RULE_NAME = "A badge at the entry"
RULE = {
    "types": ["access.granted", "access.denied"],
    "condition": {"field": "attributes.door", "op": "eq", "value": DOOR},
    "actions": [{"name": "record", "settings": {"seconds": 15}}, {"name": "snapshot", "settings": {}}],
}
RECORDED = {"recording": "event", "record_on": ["access.*"], "pre_roll": 5, "post_roll": 10}
APART_MS, SEEN_MS = 45_000, 3_000  # between two badges at least; after the door began to open
TOKEN_DAYS = "0.01"  # noqa: S105 - a quarter of an hour, no secret
LOOK_S = 1.0
CALLER = os.getppid()
Found = TypeVar("Found")


class Refused(Exception):
    """Eyrie did not take it; one sentence."""


class Portal:
    """Eyrie's REST interface. token: of an administrator, for setting up; badges are signed instead."""

    def __init__(self, address: str, token: str = "") -> None:
        self._root = f"{address}/api/v1/"
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer. Raises Refused, and OSError while nobody listens."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(  # noqa: S310 - http, of this machine
            self._root + path, data, self._headers | headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http, of this machine
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path} was answered with {error.code}: {error.read(300)!r}") from error


def main() -> None:
    """Set up where that was not done yet, then report badges until the caller is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # shells let what runs in the background ignore it
    found = configuration()
    address, key_file = f"http://127.0.0.1:{found.port}", found.data / "demo-access.key"
    try:
        loop_ms, moments = awaited(lambda: visits(found.data))
        awaited(lambda: is_up(address))
        if not key_file.exists():
            set_up(Portal(address, token()), key_file)
        report_badges(Portal(address), key_file.read_text("utf-8"), loop_ms, moments)
    except (OSError, Refused) as error:
        sys.stderr.write(f"The demo's access system ends: {error}\n")


def awaited(look: Callable[[], Found | None]) -> Found:
    """What `look` gives, once it gives something."""
    while not (found := look()):
        pause(LOOK_S)
    return found


def pause(seconds: float) -> None:
    """Wait; the program ends when its caller has."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if os.getppid() != CALLER:
            raise SystemExit
        time.sleep(min(left, LOOK_S))


def visits(data: Path) -> tuple[int, list[int]] | None:
    """Length of the simulated camera's loop, and when somebody is seen in its door, ms. None before it is drawn."""
    for path in (data / "simulator").glob(f"{CAMERA.lower()}-*/truth.json"):
        truth = json.loads(path.read_text("utf-8"))
        order, loop_ms = truth["order"], truth["order"]["seconds"] * 1000
        return loop_ms, [(event["first"] * 1000 // order["fps"] + SEEN_MS) % loop_ms for event in truth["events"]]
    return None


def is_up(address: str) -> bool:
    """Whether Eyrie answers."""
    try:
        return bool(Portal(address).call("GET", "health/"))
    except (OSError, Refused):
        return False


def token() -> str:
    """A token of the administrator's that ends by itself. Raises Refused."""
    command = [sys.executable, str(ROOT / "manage.py"), "token", "create", "--user", "admin", "--expires", TOKEN_DAYS]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if made.returncode:
        raise Refused(f"no token for setting up: {made.stderr.strip()[-200:]}")
    return made.stdout.strip()


def set_up(portal: Portal, key_file: Path) -> None:
    """Motion, door, holders, rule and key. What is there already, from a start that was cut short, is left as it is."""
    camera = awaited(lambda: camera_named(portal, CAMERA))
    portal.call("PATCH", f"cameras/{camera}/", RECORDED)
    if any(detector["name"] == "motion" for detector in portal.call("GET", "detectors/")["results"]):
        portal.call("PUT", f"cameras/{awaited(lambda: camera_named(portal, STREET))}/detectors/motion/", {})
    access = "plugins/accesscontrol/"
    if all(door["code"] != DOOR for door in portal.call("GET", f"{access}doors/")):
        portal.call("POST", f"{access}doors/", {"code": DOOR, "title": "Main entry", "camera": camera})
    for card, name in HOLDERS.items():
        portal.call("PUT", f"{access}holders/", {"card": card, "name": name})
    if all(rule["name"] != RULE_NAME for rule in portal.call("GET", "rules/")["results"]):
        portal.call("POST", "rules/", {"name": RULE_NAME, "definition": RULE})
    key = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    portal.call("PUT", f"{access}settings/", {"values": {"secret": key}})
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(key)


def camera_named(portal: Portal, name: str) -> int | None:
    """Its id, once it is there."""
    found = portal.call("GET", "cameras/?page_size=1000")["results"]
    return next((camera["id"] for camera in found if camera["name"] == name), None)


def report_badges(portal: Portal, key: str, loop_ms: int, moments: list[int]) -> None:
    """One visitor after the other, for ever; while Eyrie does not answer, nobody's badge is noted."""
    cards, away, earliest = list(HOLDERS), False, wall_ms()
    for visitor in itertools.count(1):
        pause((next_visit(earliest, loop_ms, moments) - wall_ms()) / 1000)
        earliest = wall_ms() + APART_MS
        stranger = visitor % EVERY_STRANGER == 0
        report = {
            "id": secrets.token_hex(8),
            "outcome": "denied" if stranger else "granted",
            "door": DOOR,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "card": STRANGER if stranger else cards[visitor % len(cards)],
            "reason": "Unknown card" if stranger else "",
        }
        try:
            send(portal, key, report)
            away = False
        except (OSError, Refused) as error:
            if not away:
                sys.stderr.write(f"The demo's access system is not heard: {error}\n")
            away = True


def send(portal: Portal, key: str, report: dict[str, str]) -> None:
    """Signed as Standard Webhooks 1.0 says: HMAC-SHA256 of id, time and body."""
    body, seconds = json.dumps(report).encode(), str(wall_ms() // 1000)
    secret = base64.b64decode(key.removeprefix("whsec_"))
    made = hmac.new(secret, f"{report['id']}.{seconds}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": report["id"],
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
    }
    portal.call("POST", "plugins/accesscontrol/webhook/", body, **headers)


def next_visit(after_ms: int, loop_ms: int, moments: list[int]) -> int:
    """The first of these moments of a loop from `after_ms` on, ms UTC: loops are counted from 1970 on."""
    begin = after_ms - after_ms % loop_ms
    return min(at for turn in (0, loop_ms) for one in moments if (at := begin + turn + one) >= after_ms)


def wall_ms() -> int:
    """UTC, ms."""
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
