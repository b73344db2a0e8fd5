"""What a client may tell a camera, as it comes over REST or a websocket: checked, and then done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from core.hookspecs.cameras import ControlError
from core.hookspecs.ptz import Ptz, PtzPosition, TourAct
from core.wording import first_wrong

Velocity = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Token = Annotated[str, Field(min_length=1, max_length=200)]
LEAST_PART, MOST_PART = 0.02, 10.0
LOOK_S, LOOKS = 0.5, 16


class OrderError(ValueError):
    """An order that is none; one sentence naming the field."""


class Order(BaseModel):
    """One order to a camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    manages: ClassVar[bool] = False  # whether it changes the camera for everybody

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it. Raises ControlError."""
        raise NotImplementedError


class Move(Order):
    """Move at these velocities, right, up and nearer positive, for as long as it is said again at least every second.

    All 0 is to stand still. Over REST: for `seconds`.
    """

    op: Literal["move"]
    pan: Velocity = 0.0
    tilt: Velocity = 0.0
    zoom: Velocity = 0.0
    seconds: float = Field(1.0, gt=0, le=10)


class Stop(Order):
    """Stand still."""

    op: Literal["stop"]

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.stop()


class Centre(Order):
    """Bring a point of the picture into its middle; `part` of the picture's width fills it then, 1 keeps the zoom."""

    op: Literal["centre"]
    x: Fraction
    y: Fraction
    part: float = Field(1.0, ge=LEAST_PART, le=MOST_PART)

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.centre(self.x, self.y, self.part)


class Place(Order):
    """Go to a position in the camera's own units, as it tells where it looks; what is not given stays as it is."""

    op: Literal["place"]
    pan: Coordinate | None = None
    tilt: Coordinate | None = None
    zoom: Coordinate | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.pan is None and self.tilt is None and self.zoom is None:
            raise ValueError("give at least one of pan, tilt and zoom")
        return self

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.place(self.pan, self.tilt, self.zoom)


class GotoPreset(Order):
    """Go to a position."""

    op: Literal["preset"]
    preset: Token

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.goto_preset(self.preset)


class SetPreset(Order):
    """Remember where it looks, as a new position, or as the one that `preset` names."""

    manages: ClassVar[bool] = True
    op: Literal["set_preset"]
    name: str = Field(min_length=1, max_length=100)
    preset: str = Field("", max_length=200)

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.set_preset(self.name, self.preset)


class RenamePreset(Order):
    """Give a position another name. The camera goes there for it: it keeps names only together with views."""

    manages: ClassVar[bool] = True
    op: Literal["rename_preset"]
    preset: Token
    name: str = Field(min_length=1, max_length=100)

    async def carry_out(self, ptz: Ptz) -> str:
        """Have the camera do it; nothing is changed where it does not come to rest there in time."""
        await ptz.goto_preset(self.preset)
        await _rests(ptz)
        return await ptz.set_preset(self.name, self.preset)


class RemovePreset(Order):
    """Forget a position."""

    manages: ClassVar[bool] = True
    op: Literal["remove_preset"]
    preset: Token

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.remove_preset(self.preset)


class GoHome(Order):
    """Go home."""

    op: Literal["home"]

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.go_home()


class SetHome(Order):
    """Call where it looks home."""

    manages: ClassVar[bool] = True
    op: Literal["set_home"]

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.set_home()


class RunTour(Order):
    """Start, pause or stop a tour."""

    op: Literal["tour"]
    tour: Token
    act: TourAct = TourAct.START

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.tour(self.tour, self.act)


class Focus(Order):
    """Drive the focus, farther positive, until 0 is said; or leave it to the camera."""

    op: Literal["focus"]
    speed: Velocity = 0.0
    auto: bool = False

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.auto_focus(True) if self.auto else ptz.focus(self.speed)


class Auxiliary(Order):
    """Switch one of its further commands."""

    op: Literal["auxiliary"]
    command: Token
    on: bool = True

    def carry_out(self, ptz: Ptz) -> Awaitable[Any]:
        """Have the camera do it."""
        return ptz.auxiliary(self.command, self.on)


class Lock(Order):
    """Keep the camera although one does not move it, or no longer."""

    op: Literal["lock"]
    on: bool = True


class Release(Order):
    """Let go of the camera."""

    op: Literal["release"]


AnyOrder = Annotated[
    Move
    | Stop
    | Centre
    | Place
    | GotoPreset
    | SetPreset
    | RenamePreset
    | RemovePreset
    | GoHome
    | SetHome
    | RunTour
    | Focus
    | Auxiliary
    | Lock
    | Release,
    Field(discriminator="op"),
]
_ADAPTER: TypeAdapter[Any] = TypeAdapter(AnyOrder)


async def _rests(ptz: Ptz) -> None:
    """Wait until it looks at the same point as LOOK_S ago. Raises ControlError."""
    before: PtzPosition | None = None
    for _ in range(LOOKS):
        await asyncio.sleep(LOOK_S)
        now = await ptz.position()
        if now.pan is None and now.zoom is None:
            raise ControlError("The camera does not tell where it looks; go there, then keep the view under the name.")
        if now == before and not now.moving:
            return
        before = now
    raise ControlError("The camera did not come to rest at the position; nothing was changed.")


def order_of(body: Any) -> Order:
    """An order from JSON. Raises OrderError."""
    try:
        found: Order = _ADAPTER.validate_python(body)
    except ValidationError as error:
        path, why = first_wrong(error)
        field = path.partition(".")[2] or "op"  # a path begins with the kind of order
        raise OrderError(f"{field}: {why}") from error
    return found
