"""Plugins: what is wrong with them, switching them, their settings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.access.declared import Required
from core.configuration import configuration
from core.hookspecs.version import API_VERSION
from core.pluginhost import UnknownName, host
from core.pluginhost.records import PluginRecord
from core.pluginhost.selection import begins, is_running
from core.pluginhost.switches import Switches
from core.system import audit, plugin_settings
from core.system.plugin_settings import SettingsError
from core.system.secrets import SecretsError, masked
from core.trust.package import Standing
from core.web.rest.conventions import actor, address
from core.web.rest.describing import extend_schema


class PluginOutput(serializers.Serializer[dict[str, Any]]):
    """A plugin, what it contributes, and what is wrong with it.

    failing: what of it fails at present, and why. enabled: whether it takes part from the next start on;
    restart_needed: whether that is another thing than now. has_settings: at `plugins/{name}/settings/`.
    trust: whose code it is, or `unchecked`; signer: the trusted key that signed it; doubt: what speaks against it.
    """

    name = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    version = serializers.CharField()
    state = serializers.CharField()
    error = serializers.CharField()
    failing = serializers.DictField(child=serializers.CharField())
    failures = serializers.IntegerField()
    origin = serializers.CharField()
    contributions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    trust = serializers.ChoiceField(choices=[(one.value, one.value) for one in Standing])
    signer = serializers.CharField()
    doubt = serializers.CharField()
    enabled = serializers.BooleanField()
    restart_needed = serializers.BooleanField()
    has_settings = serializers.BooleanField()


class PluginsOutput(serializers.Serializer[dict[str, Any]]):
    """All known plugins, enabled or not, by name."""

    api_version = serializers.CharField()
    results = PluginOutput(many=True)


class PluginSwitch(serializers.Serializer[dict[str, Any]]):
    """Whether the plugin takes part from the next start on."""

    enabled = serializers.BooleanField()


class SettingsOutput(serializers.Serializer[dict[str, Any]]):
    """A plugin's settings: JSON Schema, values with secrets masked, and why the stored ones cannot be used."""

    schema = serializers.DictField()
    values = serializers.DictField()
    error = serializers.CharField()


class SettingsInput(serializers.Serializer[dict[str, Any]]):
    """All values; a secret that comes back masked stays as it is, a key that is missing gets its default."""

    values = serializers.DictField()


class Plugins(APIView):
    """All plugins."""

    required: Required = {"GET": "system.plugins"}

    @extend_schema(operation_id="plugins_list", responses=PluginsOutput)
    def get(self, request: Request) -> Response:
        """Known plugins with their states."""
        rows = [_body(record) for _, record in sorted(host().plugins.items())]
        return Response({"api_version": ".".join(map(str, API_VERSION)), "results": rows})


class OnePlugin(APIView):
    """One plugin."""

    required: Required = {"GET": "system.plugins", "PATCH": "system.settings"}

    @extend_schema(responses=PluginOutput)
    def get(self, request: Request, name: str) -> Response:
        """The plugin."""
        return Response(_body(_found(name)))

    @extend_schema(request=PluginSwitch, responses=PluginOutput)
    def patch(self, request: Request, name: str) -> Response:
        """Switch the plugin on, which also ends its quarantine, or off. It takes effect at the next start of Eyrie."""
        record = _found(name)
        form = PluginSwitch(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data["enabled"]
        config = configuration()
        if wanted and (config.safe_mode or name in config.plugins_disabled):
            why = "safe mode" if config.safe_mode else "EYRIE_PLUGINS_DISABLED"
            raise ValidationError({"enabled": [f"{name} is kept off by {why}; change that first."]})
        switches = Switches(config.data)
        (switches.enable if wanted else switches.disable)(name)
        audit.record(
            actor(request), "plugin.enable" if wanted else "plugin.disable", f"plugin:{name}", address=address(request)
        )
        return Response(_body(record))


class PluginSettings(APIView):
    """The settings of a plugin that has some."""

    required: Required = {"GET": "system.settings", "PUT": "system.settings"}

    @extend_schema(responses=SettingsOutput)
    def get(self, request: Request, name: str) -> Response:
        """Schema and values. Values no longer fitting the schema are left out, and `error` says why."""
        schema, values, error = _schema(name), {}, ""
        try:
            values = masked(plugin_settings.load(name))
        except (SettingsError, SecretsError) as wrong:
            error = str(wrong)
        return Response({"schema": schema, "values": values, "error": error})

    @extend_schema(request=SettingsInput, responses=SettingsOutput)
    def put(self, request: Request, name: str) -> Response:
        """Check, try and save the settings; nothing is saved when the plugin's own test says that they do not work."""
        schema = _schema(name)
        form = SettingsInput(data=request.data)
        form.is_valid(raise_exception=True)
        values = form.validated_data["values"]
        saved = plugin_settings.save(name, values, actor=actor(request), address=address(request))
        return Response({"schema": schema, "values": masked(saved), "error": ""})


def _found(name: str) -> PluginRecord:
    record = host().plugins.get(name)
    if record is None:
        raise NotFound(f"No such plugin: {name}.")
    return record


def _schema(name: str) -> dict[str, Any]:
    try:
        return plugin_settings.schema(name)
    except UnknownName:
        raise NotFound(f"No plugin with settings is called {name}, or it is not running.") from None


def _body(record: PluginRecord) -> dict[str, Any]:
    contributions: dict[str, list[str]] = {}
    for family, key in host().registry.of(record.name):
        contributions.setdefault(family, []).append(key)
    enabled = begins(configuration(), record)
    return {
        "name": record.name,
        "title": record.meta.title if record.meta else record.name,
        "summary": record.meta.summary if record.meta else "",
        "version": record.meta.version if record.meta else "",
        "state": record.state.value,
        "error": record.error,
        "failing": dict(record.failing),
        "failures": record.failures,
        "origin": record.source,
        "contributions": contributions,
        "trust": record.trust.standing.value,
        "signer": record.trust.signer,
        "doubt": record.trust.sentence,
        "enabled": enabled,
        "restart_needed": enabled != is_running(record),
        "has_settings": "settings" in contributions,
    }
