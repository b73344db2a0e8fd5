"""Settings of the simulator."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class SimulatorSettings(BaseModel):
    """What the simulator serves while its plugin is enabled."""

    model_config = ConfigDict(extra="forbid")

    cameras: int = Field(4, ge=0, le=64, title="Cameras", description="How many simulated cameras to serve.")
    host: str = Field("127.0.0.1", title="Listen address", description="Address the cameras' RTSP server binds to.")
    port: int = Field(
        8554, ge=0, le=65535, title="Port", description="RTSP port; a free one is taken when it is in use, or when 0."
    )
    onvif: int = Field(
        1,
        ge=0,
        le=8,
        title="ONVIF cameras",
        description="How many further cameras speak ONVIF. They are found by a search, and not added by themselves.",
    )
    onvif_port: int = Field(
        8180,
        ge=0,
        le=65535,
        title="ONVIF port",
        description="Of the first, the others have the next ones; free ones are taken when they are in use, or when 0.",
    )
    discoverable: bool = Field(
        True, title="Answer searches", description="Answers WS-Discovery at UDP port 3702, unless that is taken."
    )
    username: str = Field("viewer", title="User name", description="Name the cameras ask for; empty for none.")
    password: SecretStr = Field(
        SecretStr("simulated"), title="Password", description="Password that goes with the user name."
    )
    enrol: bool = Field(
        True, title="Add to Eyrie", description="Adds each simulated camera to Eyrie's own cameras, once."
    )
