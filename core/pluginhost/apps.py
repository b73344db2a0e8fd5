"""Django app of the plugin host. Last of core's apps, so that its `ready()` may import every plugin's hooks."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from django.apps import AppConfig, apps
from django.conf import settings

from core.pluginhost.host import PluginHost


class Config(AppConfig):
    """Loads the enabled plugins once Django's models are ready. `host` is the process's plugin host."""

    name = "core.pluginhost"
    label = "pluginhost"
    verbose_name = "Plugins"
    host: PluginHost

    def ready(self) -> None:
        """Load the plugins that the settings selected."""
        self.host = PluginHost(settings.PLUGINS, strict=settings.CONFIG.strict_plugins)
        self.host.load(_core_hooks())


def _core_hooks() -> list[ModuleType]:
    """`hooks.py` of core's own apps: Eyrie's permissions, event types and topics go through the plugins' door."""
    names = [f"{config.name}.hooks" for config in apps.get_app_configs() if config.name.split(".")[0] == "core"]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
