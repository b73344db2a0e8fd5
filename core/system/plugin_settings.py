"""Settings of plugins: read with defaults, migrated, checked, tried, sealed and audited."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from pydantic import BaseModel, ValidationError

from core.hookspecs.ops import Level
from core.hookspecs.settings import SettingsSpec
from core.pluginhost import host
from core.pluginhost.guard import describe
from core.system import audit
from core.system.models import PluginSettings
from core.system.secrets import keep_secrets, opened, seal
from core.wording import wrong_fields


class SettingsError(ValueError):
    """Settings cannot be used or saved. fields: sentence by field name, key "" for the whole."""

    def __init__(self, plugin: str, fields: dict[str, str]) -> None:
        super().__init__(
            "; ".join(f"{plugin}.{name}: {why}" if name else f"{plugin}: {why}" for name, why in fields.items())
        )
        self.fields = fields


def schema(plugin: str) -> dict[str, Any]:
    """JSON schema of a plugin's settings, for forms. Raises UnknownName for a plugin without settings."""
    return host().registry.get(SettingsSpec, plugin).model.model_json_schema()


def load(plugin: str) -> BaseModel:
    """A plugin's settings, defaults where nothing is stored; older ones are migrated on the way.

    Raises UnknownName for a plugin without settings, SettingsError when the stored ones no longer fit,
    SecretsError when a secret cannot be decrypted.
    """
    spec = host().registry.get(SettingsSpec, plugin)
    row = PluginSettings.objects.filter(plugin=plugin).first()
    if row is None:
        return _validated(plugin, spec, {})
    values = opened(row.data)
    if row.schema_version < spec.version and spec.migrate is not None:
        outcome = host().run(plugin, "migration of settings", spec.migrate, row.schema_version, values)
        if outcome.value is None:
            raise SettingsError(plugin, {"": f"migration of its settings fails: {_why(outcome.error)}"})
        values = outcome.value
    return _validated(plugin, spec, values)


def save(plugin: str, values: dict[str, Any], *, actor: str, address: str = "") -> BaseModel:
    """Check, try (`SettingsSpec.test`) and store settings; secrets given as MASK stay as they are.

    Raises SettingsError and stores nothing when they are wrong or the test says that they do not work.
    """
    spec = host().registry.get(SettingsSpec, plugin)
    before = load(plugin)
    model = _validated(plugin, spec, keep_secrets(before, values))
    _try(plugin, spec, model)
    with transaction.atomic():
        PluginSettings.objects.update_or_create(
            plugin=plugin, defaults={"schema_version": spec.version, "data": seal(model)}
        )
        audit.record(actor, "plugin.settings", f"plugin:{plugin}", before=before, after=model, address=address)
    return model


def _validated(plugin: str, spec: SettingsSpec, values: dict[str, Any]) -> BaseModel:
    try:
        return spec.model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(plugin, wrong_fields(error, known=spec.model.model_fields)) from None


def _try(plugin: str, spec: SettingsSpec, model: BaseModel) -> None:
    if spec.test is None:
        return
    outcome = host().run(plugin, "test of settings", spec.test, model)
    if outcome.value is None:
        raise SettingsError(plugin, {"": f"the test of these settings fails: {_why(outcome.error)}"})
    if outcome.value.level is Level.FAILED:
        raise SettingsError(plugin, {"": outcome.value.summary})


def _why(error: BaseException | None) -> str:
    return describe(error) if error else "it gave no answer"
