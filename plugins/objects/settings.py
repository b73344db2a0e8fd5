"""Settings for each camera."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.api import FrameRequest, Zone

HOG_WIDTH = 480


class ObjectSettings(BaseModel):
    """What is looked for, with what, and where it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        "",
        max_length=100,
        pattern=r"^[A-Za-z0-9._-]*$",
        title="Model",
        description="Name of a model card in the folder models/ of the data directory, without .toml. Empty for the "
        "built-in detector of people who move.",
    )
    device: Literal["cpu", "cuda", "openvino"] = Field(
        "cpu", title="Device", description="Where a model runs; cuda and openvino need their build of ONNX Runtime."
    )
    fps: float = Field(
        3.0, gt=0, le=25, title="Pictures a second", description="At most so many; fewer when the machine is busy."
    )
    score: float = Field(
        0.5, ge=0.05, le=1, title="Sure from", description="0 to 1: what the detector is less sure of is not told."
    )
    labels: tuple[str, ...] = Field(
        (), title="Kinds", description="Only of these kinds, as the model calls them, such as person. Empty for all."
    )
    smallest: float = Field(
        0.12,
        ge=0.03,
        le=0.8,
        title="Smallest people",
        description="Height of the smallest people, in parts of the picture's height. For the built-in detector: the "
        "smaller, the dearer.",
    )
    zones: tuple[Zone, ...] = Field((), title="Zones", description="Where objects count. None: everywhere.")
    people_zones: tuple[Zone, ...] = Field(
        (), title="Zones for people", description="Where people count; others are told wherever the zones above are."
    )
    vehicle_zones: tuple[Zone, ...] = Field(
        (), title="Zones for vehicles", description="Where cars, trucks, buses, motorcycles and bicycles count."
    )
    only_moving: bool = Field(
        True,
        title="Only while something moves",
        description="With a model: look only while something on this camera tells of motion.",
    )


def wants(settings: ObjectSettings) -> FrameRequest:
    """Small gray pictures for the built-in detector, colour ones of the size of the sub stream for models."""
    if not settings.model:
        return FrameRequest("sub", settings.fps, HOG_WIDTH, "gray")
    return FrameRequest("sub", settings.fps, 0, "rgb24", settings.only_moving)
