"""Settings of the plugin, and of one notification in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.api.outgoing import networks


class PushSettings(BaseModel):
    """What push services are told, and where they may be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: str = Field(
        "mailto:eyrie@localhost",
        title="Contact",
        description="Address that push services write to when something is wrong, as mailto:… or https://….",
    )
    networks: list[str] = Field(
        [],
        title="Allowed networks",
        description="Networks of your own that have a push service, one a line. The public internet is always allowed.",
    )

    @field_validator("contact")
    @classmethod
    def _is_a_contact(cls, value: str) -> str:
        value = value.strip()
        if not value.startswith(("mailto:", "https://")) or not value.isprintable():
            raise ValueError("is no contact; write mailto: and an address, or an https address")
        return value

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        networks(value)
        return value


class NotificationSettings(BaseModel):
    """One notification."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(
        "{{ event.title }}",
        title="Title",
        description="First line of the notification.",
        min_length=1,
        json_schema_extra={"template": True},
    )
    text: str = Field(
        "{{ camera }} · {{ event.start }}",
        title="Text",
        description="What the notification says.",
        json_schema_extra={"template": True},
    )
    users: list[str] = Field(
        [],
        title="Users",
        description="Names of those who get it, one a line; empty for everybody. Only who may see the event gets it.",
    )
    urgent: bool = Field(True, title="Urgent", description="Have sleeping phones woken for it.")
