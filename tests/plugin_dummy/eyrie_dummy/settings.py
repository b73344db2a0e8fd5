"""Settings of the dummy and of what it contributes."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class DummySettings(BaseModel):
    """Settings of the plugin."""

    model_config = ConfigDict(extra="forbid")
    greeting: str = Field("hello", title="Greeting", description="What the dummy says.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="What the dummy hides.")


class ThingSettings(BaseModel):
    """Settings of each of its drivers, volumes, detectors and actions."""

    model_config = ConfigDict(extra="forbid")
    number: int = Field(1, title="Number", description="0 means that it does not work.")
