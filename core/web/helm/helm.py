"""One camera being moved: whose hand is on it, what it was told last, and that it stops when nobody tells it to go on.

A movement goes on for as long as the client says so again; PATIENCE_S after its last word the camera is stopped. The
camera itself is told to stop by itself somewhat later than it is told again, so that it also stops when this process
dies. Newer velocities replace those that were not sent yet: a slow camera is never behind by more than one. Calls are
never broken off and go one after the other, so that no move overtakes the stop that was to end it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from core.cameras import steering
from core.cameras.control import Mover, mover, revision_of
from core.cameras.steering import Hand, HeldBack, Holder
from core.hookspecs.cameras import ControlError
from core.hookspecs.ptz import Ptz
from core.media.clock import Clock, SystemClock
from core.web.helm.orders import Focus, Lock, Move, Order, Release, Stop

PATIENCE_S = 1.5
AGAIN_S = 2.0
BY_ITSELF_S = 5.0
CALL_S = 10.0
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Velocity:
    """Right, up and nearer are positive."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0

    def given_to(self, ptz: Ptz) -> Awaitable[None]:
        """Have a camera move so."""
        return ptz.move(self.pan, self.tilt, self.zoom, BY_ITSELF_S)


STILL = Velocity()


class Helm:
    """Of one camera, in this web process, on its event loop."""

    def __init__(self, camera_id: int, clock: Clock | None = None) -> None:
        self.camera_id = camera_id
        self._clock = clock or SystemClock()
        self._mover: Mover | None = None
        self._holder: Holder | None = None
        self._renewed_ms = 0
        self._wanted = STILL
        self._until = 0.0
        self._tell: Tell | None = None
        self._wake = asyncio.Event()
        self._motion: asyncio.Task[None] | None = None
        self._expiry: asyncio.Task[None] | None = None
        self._focusing = False
        self._calls = asyncio.Lock()

    async def ask(self, question: Callable[[Ptz], Awaitable[Any]]) -> Any:
        """Ask the camera something. Raises ControlError."""
        revision = await database_sync_to_async(revision_of)(self.camera_id)
        if self._mover is None or self._mover.revision != revision:
            self._mover = await database_sync_to_async(mover)(self.camera_id)
        return await self._call(question)

    async def obey(self, hand: Hand, order: Order, tell: Tell | None = None) -> Any:
        """Do what a person says, if the camera is theirs to move; what the camera answers.

        Raises HeldBack, ControlError. A Move returns at once. With `tell`, which gets a sentence when it fails, it goes
        on for PATIENCE_S; else for as long as it says itself.
        """
        if isinstance(order, Release):
            return await self.leave(hand)
        await self._take(hand, order)
        if isinstance(order, Lock):
            return None
        if isinstance(order, Move):
            return self._go(Velocity(order.pan, order.tilt, order.zoom), PATIENCE_S if tell else order.seconds, tell)
        moved = await self._end_motion()
        if isinstance(order, Stop) and moved:
            return None  # it was stopped just now
        self._focusing = isinstance(order, Focus) and bool(order.speed)
        return await self._call(order.carry_out)

    async def leave(self, hand: Hand) -> None:
        """This person is done with the camera."""
        await self.still(hand)
        if self._is_held_by(hand):
            self._holder = None
        await database_sync_to_async(steering.release)(self.camera_id, hand)

    async def still(self, hand: Hand) -> None:
        """What this person has moving stops; the camera stays theirs for a while."""
        if self._is_held_by(hand):
            await self._end_motion()
            if self._focusing:
                self._focusing = False
                await self._call(lambda ptz: ptz.focus(0.0))

    def _is_held_by(self, hand: Hand) -> bool:
        return self._holder is not None and self._holder.user_id == hand.user_id

    async def _take(self, hand: Hand, order: Order) -> None:
        now, before = self._clock.wall_ms(), self._holder
        mine = self._is_held_by(hand) and before is not None and before.until_ms > now
        if mine and not isinstance(order, Lock) and now - self._renewed_ms < steering.RENEW_MS:
            return
        await self.ask(_nothing)  # a camera that cannot be moved is nobody's
        lock = order.on if isinstance(order, Lock) else None
        try:
            self._holder = await database_sync_to_async(steering.take)(self.camera_id, hand, lock=lock)
        except HeldBack:
            if mine:  # taken meanwhile, through another process
                await self._end_motion()
                self._holder = None
            raise
        self._renewed_ms = now
        self._expire_at(self._holder.until_ms - now)
        if before is not None and before.user_id != hand.user_id:
            await self._end_motion()

    def _expire_at(self, ms: int) -> None:
        """Tell everybody when the hold has run out."""
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = asyncio.get_running_loop().create_task(_expired(ms / 1000))

    def _go(self, velocity: Velocity, seconds: float, tell: Tell | None) -> None:
        self._wanted, self._until, self._tell = velocity, self._clock.monotonic() + seconds, tell
        self._wake.set()
        if self._motion is None and velocity != STILL:
            self._motion = asyncio.get_running_loop().create_task(self._move())

    async def _move(self) -> None:
        """Keep the camera at the wanted velocities until they are 0, or wanted no longer."""
        try:
            await self._follow()
            await self._call(_stop)
        except ControlError as error:
            if self._tell is not None:
                self._tell(str(error))
        finally:
            self._motion = None

    async def _follow(self) -> None:
        sent, again = STILL, 0.0
        while self._wanted != STILL and (now := self._clock.monotonic()) < self._until:
            self._wake.clear()
            if self._wanted != sent or now >= again:
                sent = self._wanted
                await self._call(sent.given_to)
                again = self._clock.monotonic() + AGAIN_S
            await self._wait(min(self._until, again) - self._clock.monotonic())

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._wake.wait()
        except TimeoutError:
            pass  # time to look again

    async def _end_motion(self) -> bool:
        """What moves by our word is stopped; whether anything did."""
        motion = self._motion
        if motion is None:
            return False
        self._wanted = STILL
        self._wake.set()
        await asyncio.wait([motion])
        return True

    async def _call(self, question: Callable[[Ptz], Awaitable[Any]]) -> Any:
        assert self._mover is not None  # noqa: S101  asked for before anything is called
        async with self._calls:
            try:
                async with asyncio.timeout(CALL_S):
                    return await question(self._mover.ptz)
            except TimeoutError:
                raise ControlError(f"{self._mover.name} did not answer within {CALL_S:g} s.") from None


async def _stop(ptz: Ptz) -> None:
    await ptz.stop()


async def _expired(seconds: float) -> None:
    await asyncio.sleep(seconds)
    await database_sync_to_async(steering.expire)()


async def _nothing(ptz: Ptz) -> None:
    """Only to have the Ptz there, of the settings as they are."""


_HELMS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, Helm]] = WeakKeyDictionary()


def helm_of(camera_id: int) -> Helm:
    """The helm of a camera on the running event loop."""
    helms = _HELMS.setdefault(asyncio.get_running_loop(), {})
    return helms.setdefault(camera_id, Helm(camera_id))
