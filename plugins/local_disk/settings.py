"""Settings of one volume of this backend."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator


class LocalDiskSettings(BaseModel):
    """Where a volume lies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(
        title="Directory",
        description="Absolute path of an existing directory, for instance the mount point of a recording disk.",
    )

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise ValueError("must be an absolute path, such as /srv/recordings")
        return value
