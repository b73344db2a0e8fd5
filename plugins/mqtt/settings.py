"""Settings of the broker, and of one message in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

MOST_TOPIC_BYTES = 1000  # the protocol's own limit is 65535; no broker's users write such topics
PAYLOAD = """\
{
  "event": {{ event | json }},
  "camera": {{ camera | json }},
  "link": {{ link | json }}
}"""


def topic_problem(topic: str) -> str:
    """What is wrong with a topic to publish on (MQTT 3.1.1, 4.7), as the end of a sentence; empty when nothing is."""
    if not topic or len(topic.encode()) > MOST_TOPIC_BYTES:
        return f"must have 1 to {MOST_TOPIC_BYTES} bytes"
    if set(topic) & set("+#\0"):
        return "must not contain + or #, which are for subscribers"
    return "" if topic.isprintable() else "must not contain control characters"


class BrokerSettings(BaseModel):
    """The broker, and what is published there without a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("", title="Broker", description="Name or address of the MQTT broker; empty for none.")
    port: int = Field(1883, ge=1, le=65535, title="Port", description="1883, or 8883 with TLS.")
    tls: bool = Field(False, title="TLS", description="Encrypt the connection.")
    verify_certificate: bool = Field(
        True, title="Check the certificate", description="Refuse a broker whose certificate is not trusted."
    )
    username: str = Field("", title="User name", description="Name to sign in with; empty when none is needed.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of that user; kept encrypted.")
    base_topic: str = Field(
        "eyrie", title="Topic of this system", description="States are published below it; two systems need two names."
    )
    states: bool = Field(
        True, title="Publish states", description="Keep each camera's state, and what it sees, on retained topics."
    )
    discovery: bool = Field(
        False, title="Home Assistant", description="Announce the states, so that Home Assistant finds the cameras."
    )
    discovery_prefix: str = Field(
        "homeassistant", title="Discovery prefix", description="Where Home Assistant looks for announcements."
    )

    @field_validator("base_topic", "discovery_prefix")
    @classmethod
    def _is_a_topic(cls, value: str) -> str:
        value = value.strip().strip("/")
        if problem := topic_problem(value):
            raise ValueError(problem)
        return value


class MessageSettings(BaseModel):
    """One message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: str = Field(
        title="Topic",
        description="Where to publish, such as house/alarm.",
        min_length=1,
        json_schema_extra={"template": True},
    )
    payload: str = Field(
        PAYLOAD,
        title="Message",
        description="What to publish.",
        json_schema_extra={"template": True, "format": "textarea"},
    )
    qos: int = Field(
        1, ge=0, le=2, title="Quality of service", description="0: at most once, 1: at least once, 2: exactly once."
    )
    retain: bool = Field(False, title="Retain", description="Have the broker keep it for those who subscribe later.")
