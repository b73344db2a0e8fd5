"""Settings of one snapshot in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class SnapshotSettings(BaseModel):
    """A snapshot needs none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
