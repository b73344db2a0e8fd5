"""`/ws/v1/`: subscribe to topics.

The client sends `{"op": "subscribe", "topic": "cameras.status"}` or `"unsubscribe"`; the server answers `subscribed`,
`unsubscribed` or `error` (with `detail`), and sends `{"op": "message", "topic": …, "message": {…}}`.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.utils import translation

from core.events.publishing import GROUP
from core.recorder.protocol import CameraStatus
from core.web import recorders, sightings
from core.web.covered import Covered, is_hidden
from core.web.identity import Credential
from core.web.naming import live_names, namings
from core.web.private import may_know, public
from core.web.rest.cameras import status_body
from core.web.socket.declared import (
    CAMERAS_OBJECTS,
    CAMERAS_STATUS,
    declared_topics,
    may_read,
    may_receive,
    may_subscribe,
)
from core.web.socket.watchman import Watchman
from core.web.speech import language_of, said

MAX_MESSAGE = 4096
EVENTS = ("events.recorded", "events.changed")
PLACING = (CAMERAS_OBJECTS, *EVENTS)
"""Topics that tell where objects are."""


class Topics(Watchman):
    """One client's subscriptions. Cameras' states come from the recorders and objects from the analyser directly, all
    else from the channel layer.
    """

    required = "signed in"

    async def begin(self) -> None:
        """Nothing is subscribed at first."""
        self._subscribed: set[str] = set()
        self._changed: dict[int, CameraStatus] = {}
        self._wake = asyncio.Event()
        self._sights: dict[int, dict[str, Any]] = {}
        self._sighted = asyncio.Event()
        self._language = language_of(self.scope)

    async def allowed(self) -> bool:
        """Anyone who is signed in may connect; each topic asks for its own permission."""
        return True

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One request."""
        request = _parsed(text_data)
        topic = request.get("topic")
        spec = declared_topics().get(topic) if isinstance(topic, str) else None
        operation = request.get("op")
        if operation not in ("subscribe", "unsubscribe"):
            await self._say("error", topic, detail='Send {"op": "subscribe" or "unsubscribe", "topic": "…"}.')
        elif spec is None or not isinstance(topic, str):
            await self._say("error", topic, detail=f"No such topic; known are {', '.join(sorted(declared_topics()))}.")
        elif not await self.asked(may_subscribe, self.rights, spec):
            await self._say("error", topic, detail=said("Your rights do not reach here.", self._language))
        else:
            await (self._subscribe(topic) if operation == "subscribe" else self._unsubscribe(topic))

    async def disconnect(self, code: int) -> None:
        """Leave everything."""
        for topic in list(getattr(self, "_subscribed", ())):
            await self._leave(topic)
        await super().disconnect(code)

    async def topic_message(self, envelope: dict[str, Any]) -> None:
        """A message of the channel layer."""
        await self._deliver(envelope["topic"], envelope["message"])

    async def _subscribe(self, topic: str) -> None:
        if topic not in self._subscribed:
            self._subscribed.add(topic)
            if topic == CAMERAS_STATUS:
                recorders.listen(self._on_status)
                self.run(self._send_states())
            elif topic == CAMERAS_OBJECTS:
                sightings.listen(self._on_sight)
                self.run(self._send_sights())
            else:
                await self.channel_layer.group_add(GROUP + topic, self.channel_name)
        await self._say("subscribed", topic)

    async def _unsubscribe(self, topic: str) -> None:
        await self._leave(topic)
        await self._say("unsubscribed", topic)

    async def _leave(self, topic: str) -> None:
        if topic not in self._subscribed:
            return
        self._subscribed.discard(topic)
        if topic == CAMERAS_STATUS:
            recorders.unlisten(self._on_status)
        elif topic == CAMERAS_OBJECTS:
            sightings.unlisten(self._on_sight)
        else:
            await self.channel_layer.group_discard(GROUP + topic, self.channel_name)

    def _on_status(self, status: CameraStatus) -> None:
        # The newest state of a camera replaces one not sent yet: a slow client costs one entry a camera.
        self._changed[status.camera] = status
        self._wake.set()

    async def _send_states(self) -> None:
        self._changed = dict(recorders.states())
        while CAMERAS_STATUS in self._subscribed:
            while self._changed:
                status = self._changed.pop(next(iter(self._changed)))
                with translation.override(self._language):
                    body = status_body(status)
                await self._deliver(CAMERAS_STATUS, {"camera_id": body.pop("camera"), **body})
            self._wake.clear()
            await self._wake.wait()

    def _on_sight(self, message: dict[str, Any]) -> None:
        self._sights[message["camera_id"]] = message
        self._sighted.set()

    async def _send_sights(self) -> None:
        while CAMERAS_OBJECTS in self._subscribed:
            while self._sights:
                message = self._sights.pop(next(iter(self._sights)))
                await self._deliver(CAMERAS_OBJECTS, await self._worded(message))
            self._sighted.clear()
            await self._sighted.wait()

    async def _worded(self, message: dict[str, Any]) -> dict[str, Any]:
        """The objects of a camera with what this user may read of them, and who they are, where they may know that."""
        camera, objects = message["camera_id"], message["objects"]
        if not await self.asked(may_read, self.rights, message):
            objects = [one | {"text": ""} for one in objects]
        known: partial[list[tuple[str, list[str]]]] = partial(list, namings(self.rights, camera, objects))
        for detector, tracks in known() if self.rights.vote is None else await sync_to_async(known)():
            names = await live_names.of(detector, camera, tracks)
            objects = [one | {"text": names.get(one["id"], one["text"])} for one in objects]
        return message | {"objects": objects}

    async def _deliver(self, topic: str, message: dict[str, Any]) -> None:
        spec = declared_topics().get(topic)
        if spec is None or topic not in self._subscribed:
            return
        if await self.asked(may_receive, self.rights, spec, message):
            kind = message.get("type") if topic in EVENTS else ""
            if kind and not await self.asked(may_know, self.rights, kind, message["camera_id"]):
                message = message | {"attributes": public(kind, message["attributes"])}
            await self._say("message", topic, message=await self._uncovered(topic, message))

    async def _uncovered(self, topic: str, message: dict[str, Any]) -> dict[str, Any]:
        """The message without what tells where somebody is under a privacy mask, for who may not see that."""
        camera, objects = message.get("camera_id"), message.get("objects")
        if topic not in PLACING or camera is None or not objects:
            return message
        if not self._covered.knows(camera):
            await database_sync_to_async(self._covered.masks)(camera, None)
        if topic != CAMERAS_OBJECTS:
            return message | {"objects": self._covered.placed(objects, camera, message["start_ms"])}
        masks = self._covered.masks(camera, None)
        return message | {"objects": [one for one in objects if not is_hidden(one["box"], masks)]}

    async def _renewed(self, held: Credential) -> bool:
        """Masks are asked for again as often as rights are."""
        known = await super()._renewed(held)
        if known:
            self._covered = Covered(self.rights)
        return known

    async def _say(self, operation: str, topic: Any, **more: Any) -> None:
        await self.send(json.dumps({"op": operation, "topic": topic, **more}, separators=(",", ":")))


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "") if len(text or "") <= MAX_MESSAGE else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
