"""Settings of a plugin as a whole: one pydantic model gives form, REST schema and documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from core.hookspecs.marks import hookspec
from core.hookspecs.ops import Health

CameraId = Annotated[int, Field(ge=0), WithJsonSchema({"type": "integer", "minimum": 0, "format": "camera"})]
"""A camera in settings, chosen by its name in the portal; 0 for the event's own. `list[CameraId]`: several.

Other formats for `json_schema_extra`: `mode` (an arm mode), `preset`, `output` (of the form's camera), `announcement`,
`textarea`.
"""


@dataclass(frozen=True, slots=True)
class SettingsSpec:
    """The settings of one plugin; a plugin has one such descriptor or none.

    model: pydantic model with `extra="forbid"`, a title and a description on every field, `SecretStr` for secrets, and
        a default for every field, so that the plugin works before anybody has set anything.
    version: raised when stored settings must be rewritten; `migrate(old_version, values)` then returns the new values.
    test: tries validated settings for real (connects, signs in) before they are saved; blocks a few seconds at most.
    """

    model: type[BaseModel]
    version: int = 1
    migrate: Callable[[int, dict[str, Any]], dict[str, Any]] | None = None
    test: Callable[[Any], Health] | None = None


@hookspec()
def register_settings() -> Iterable[SettingsSpec]:
    """Offer the plugin's settings. Called in every process once at start."""
    raise NotImplementedError
