"""The event of this plugin."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from core.api import EventTypeSpec

Kind = Literal["covered", "defocused", "moved", "dark", "bright", "frozen"]


class TamperAttributes(BaseModel):
    """kind: what became of the picture."""

    kind: Kind = Field(title="Kind")


DETECTED = EventTypeSpec("tamper.detected", "Tampering", TamperAttributes)
