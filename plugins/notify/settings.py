"""Settings of one notification in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class NotifySettings(BaseModel):
    """One notification."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(
        title="Service",
        description="Apprise address of the service, such as ntfys://ntfy.sh/topic or tgram://token/chat. It holds the "
        "credentials and is kept encrypted.",
    )
    title: str = Field(
        "{{ event.title }} · {{ camera }}",
        title="Title",
        description="First line of the notification.",
        json_schema_extra={"template": True},
    )
    text: str = Field(
        "{{ event.start }}\n{{ link }}",
        title="Text",
        description="What the notification says.",
        min_length=1,
        json_schema_extra={"template": True, "format": "textarea"},
    )
    picture: bool = Field(
        True, title="Picture", description="Attach a picture of the camera at that moment, where the service takes one."
    )

    @field_validator("url")
    @classmethod
    def _is_known(cls, value: SecretStr) -> SecretStr:
        from plugins.notify.action import service

        if service(value.get_secret_value()) is None:
            raise ValueError("is no address of a known service, such as ntfys://ntfy.sh/topic; see the Apprise manual")
        return value
