"""Settings for each camera: what is drawn, and from when on it is told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.api import Line, Zone


class AnalyticsSettings(BaseModel):
    """Lines and zones, each list for what it watches for. Feet count: the middle of a box's lower edge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: tuple[str, ...] = Field(
        (),
        title="Kinds of objects",
        description="Only of these kinds, as the detectors on this camera call them, such as person or moving. Empty "
        "for all; name one where two detectors see the same people, or they count twice.",
    )
    lines: tuple[Line, ...] = Field((), title="Lines", description="Crossings are told and counted by the hour.")
    wrong_way_lines: tuple[Line, ...] = Field(
        (),
        title="Wrong way",
        description="A crossing in the line's direction is told as the wrong way.",
    )
    entry_zones: tuple[Zone, ...] = Field(
        (), title="Entrance and exit", description="Who comes in and who goes out is told; stays are counted."
    )
    intrusion_zones: tuple[Zone, ...] = Field(
        (), title="Intrusion", description="Nobody should be here: told as long as somebody is."
    )
    intrusion_s: float = Field(
        1.0, ge=0, le=60, title="Intrusion after, s", description="Seconds inside before it is told."
    )
    loitering_zones: tuple[Zone, ...] = Field((), title="Loitering", description="Nobody should stay here long.")
    loitering_s: float = Field(
        30.0, ge=1, le=3600, title="Loitering after, s", description="Seconds inside before it is told."
    )
    crowd_zones: tuple[Zone, ...] = Field((), title="Crowd", description="Not too many should be here at once.")
    crowd_number: int = Field(
        5, ge=2, le=1000, title="Crowd from", description="So many at once, for three seconds, are a crowd."
    )
    object_zones: tuple[Zone, ...] = Field(
        (),
        title="Objects left or removed",
        description="What comes to stand here and stays is told, and what stood here and is gone. Needs a detector "
        "that sees still objects too; motion alone forgets them.",
    )
    object_labels: tuple[str, ...] = Field(
        ("backpack", "handbag", "suitcase", "bag", "box"),
        title="Objects",
        description="Kinds that can be left or removed; empty for all.",
    )
    object_s: float = Field(
        30.0, ge=2, le=3600, title="Left after, s", description="Seconds an object stands before it is told."
    )
    running_speed: float = Field(
        0.0,
        ge=0,
        le=20,
        title="Running from",
        description="Speed in the object's own heights a second, kept for a second: people walk at about 0.8, and run "
        "from about 1.8. 0 tells of nobody.",
    )
    heat: bool = Field(True, title="Heat map", description="Keep by the hour where objects were.")

    @field_validator("lines", "wrong_way_lines", "entry_zones", "intrusion_zones", "loitering_zones", "crowd_zones",
                     "object_zones")  # fmt: skip
    @classmethod
    def _are_told_apart(cls, drawn: tuple[Line | Zone, ...]) -> tuple[Line | Zone, ...]:
        names = [one.name for one in drawn]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"There are two called {twice!r}; give each a name of its own.")
        return drawn
