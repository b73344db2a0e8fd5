"""What an access system tells: one thing that happened at a door."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.api import wrong_fields

AHEAD_MS = 5 * 60_000
"""How far an access system's clock may be ahead."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class ReportError(ValueError):
    """A report cannot be taken. fields: sentence by field."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


class BadgeReport(BaseModel):
    """One event of a door. id: the access system's own, by which a report that comes twice is known as one."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=100, title="Id", description="The access system's own id of the event.")
    outcome: Literal["granted", "denied", "forced", "held_open"] = Field(
        title="Outcome", description="granted, denied, forced or held_open."
    )
    door: str = Field(min_length=1, max_length=100, title="Door", description="The access system's name of the door.")
    at: AwareDatetime = Field(title="At", description="When it happened, RFC 3339 with a zone.")
    end: AwareDatetime | None = Field(None, title="End", description="When it was over, for doors forced or held open.")
    card: str = Field("", max_length=100, title="Card", description="Number of the card that was read, if any.")
    reason: str = Field("", max_length=200, title="Reason", description="Why, in the access system's words.")

    @field_validator("id", "door", "card", "reason")
    @classmethod
    def _is_text(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("holds control characters")
        return value

    @model_validator(mode="after")
    def _is_in_order(self) -> BadgeReport:
        if self.at < EARLIEST:
            raise ValueError("at is before 2000; set the clock of the access system")
        if self.end is not None and self.end < self.at:
            raise ValueError("end is before at")
        return self

    @property
    def at_ms(self) -> int:
        """When it happened, ms UTC."""
        return round(self.at.timestamp() * 1000)

    @property
    def end_ms(self) -> int | None:
        """When it was over, ms UTC: at once where nothing was held or forced; None while it may last."""
        if self.end is not None:
            return round(self.end.timestamp() * 1000)
        return self.at_ms if self.outcome in ("granted", "denied") else None


def parsed(body: Any, now_ms: int) -> BadgeReport:
    """A report from JSON. now_ms: UTC. Raises ReportError."""
    try:
        report = BadgeReport.model_validate(body)
    except ValidationError as error:
        fields: dict[str, str] = {}
        for path, why in wrong_fields(error).items():
            fields.setdefault(path.partition(".")[0] or "report", why)
        raise ReportError(fields) from error
    ahead_ms = report.at_ms - now_ms
    if ahead_ms > AHEAD_MS:
        raise ReportError({"at": f"lies {ahead_ms // 60_000} min ahead; set the clock of the access system."})
    return report
