"""Settings of the plugin."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

SHORTEST = 16


class AccessSettings(BaseModel):
    """How an access system may report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: SecretStr = Field(
        SecretStr(""),
        title="Webhook key",
        description="Key that the access system signs its calls with (HMAC-SHA256, Standard Webhooks); kept encrypted. "
        "Without it signed calls are refused; an access system may still sign in with a token.",
    )

    @field_validator("secret")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SHORTEST:
            raise ValueError(f"is too short to be safe; give at least {SHORTEST} characters")
        return value
