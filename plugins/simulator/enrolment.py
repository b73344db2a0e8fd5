"""Adding the simulated cameras to Eyrie: each once, so that one that was deleted stays away."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

from core.api.services import CameraError, add_camera, camera_id_of, change_camera

log = logging.getLogger("eyrie.simulator")

ACTOR = "simulator"


class Register:
    """Which cameras have been added already and with which settings, in a file beside the clips."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "enrolled.json"

    def fingerprint(self, title: str) -> str:
        """What `remember` was told last of a camera; empty when it was never added."""
        return self._entries().get(title, "")

    def remember(self, title: str, fingerprint: str) -> None:
        """Note that a camera was added or changed."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(self._entries() | {title: fingerprint}), "utf-8")
        draft.replace(self._path)

    def _entries(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return {}


def enrol(register: Register, title: str, settings: dict[str, str]) -> None:
    """Add a camera to Eyrie unless that was done before; one that is there gets the settings that have changed.

    settings: those of the `rtsp` driver. Blocks on the database. A refusal is logged: the park serves all the same.
    """
    fingerprint = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    before = register.fingerprint(title)
    if before == fingerprint:
        return
    try:
        if not before:
            add_camera(title, "rtsp", settings, actor=ACTOR)
        elif (camera_id := camera_id_of(title)) is not None:
            change_camera(camera_id, {"settings": settings}, actor=ACTOR)
    except CameraError as error:
        log.warning("camera %s could not be added to Eyrie: %s", title, error)
        return
    register.remember(title, fingerprint)
