"""Settings of the plugin as a whole, and of faces on one camera. No heavy import: forms are made of these."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.api import FrameRequest

CARD = r"^[A-Za-z0-9._-]*$"
SHORTEST_GROUNDS = 10


class FacesSettings(BaseModel):
    """Recognising people, and what is kept of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recognise: bool = Field(
        False,
        title="Recognise people",
        description="Compare faces with those of the people you enrol, on the cameras where it is switched on. A face "
        "is biometric data: in most countries this needs the consent of each person, or a law.",
    )
    grounds: str = Field(
        "",
        max_length=1000,
        title="On what grounds",
        description="Who decided that people are recognised here, and why that is lawful. Recognition stays off "
        "without it. It stands on the page People and in what a person is given of their data.",
        json_schema_extra={"format": "textarea"},
    )
    model: str = Field(
        "dlib",
        max_length=100,
        pattern=CARD,
        title="Recognition model",
        description="dlib: the model of the optional package (pip install 'eyrie[faces]'). Or the name of a model "
        "card in the folder models/ of the data directory, without .toml.",
    )
    likeness: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Likeness from",
        description="How alike two faces have to be, from 0 to 1. Higher takes fewer strangers for people you know, "
        "and misses more of those you know. 0: as the model's card says.",
    )
    agree: int = Field(
        3,
        ge=1,
        le=10,
        title="Looks that must agree",
        description="So many looks at a passing face must name the same person, and most of all looks.",
    )
    keep_unknown: bool = Field(
        False,
        title="Keep faces of strangers",
        description="Keep pictures of faces that are nobody's you know, to enrol somebody from them later. Without it "
        "only the event is kept.",
    )
    keep_days: int = Field(
        30,
        ge=1,
        le=3650,
        title="Keep sightings, days",
        description="After that pictures of passing faces, and when and where they were seen, are deleted. Events "
        "have a time of their own.",
    )
    detection_model: str = Field(
        "",
        max_length=100,
        pattern=CARD,
        title="Detection model",
        description="Name of the card of a YuNet model, which finds faces that are turned or small, everywhere "
        "faces are looked for. Empty: the detector that comes with Eyrie, which finds faces from the front.",
    )

    @model_validator(mode="after")
    def _grounds_first(self) -> FacesSettings:
        if self.recognise and len(self.grounds.strip()) < SHORTEST_GROUNDS:
            raise ValueError(
                "Recognition needs grounds: write who decided on it and why it is lawful, or leave it off."
            )
        return self


class FaceSettings(BaseModel):
    """How faces are looked for on one camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fps: float = Field(2.0, gt=0, le=10, title="Pictures a second", description="At most so many.")
    width: int = Field(
        640,
        ge=160,
        le=1920,
        title="Width",
        description="Pixels of the picture that is looked at: the wider, the smaller the faces that are found, and the "
        "dearer.",
    )
    smallest: int = Field(
        24, ge=20, le=400, title="Smallest face", description="Pixels of that picture; larger is much cheaper."
    )
    only_moving: bool = Field(
        True,
        title="Only while something moves",
        description="Look only while something on this camera tells of motion.",
    )
    recognise: bool = Field(
        False,
        title="Recognise people here",
        description="Only where recognition is switched on in the plugin's settings, with its grounds.",
    )
    smallest_recognised: int = Field(
        80,
        ge=40,
        le=400,
        title="Smallest face to recognise",
        description="Pixels of that picture. Smaller faces are found, and not compared with anybody: they look "
        "alike. A wider picture has more of them.",
    )


def wants(settings: FaceSettings) -> FrameRequest:
    """Pictures of the main stream: faces are small. In colour where they are recognised, as models are made for it."""
    pixels: Literal["gray", "bgr24"] = "bgr24" if settings.recognise else "gray"
    return FrameRequest("main", settings.fps, settings.width, pixels, settings.only_moving)
