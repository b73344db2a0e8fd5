"""Django app of the plugin host. Last of core's apps, so that its `ready()` may import every plugin's hooks."""

from django.apps import AppConfig


class Config(AppConfig):
    """Loads the enabled plugins once Django's models are ready."""

    name = "core.pluginhost"
    label = "pluginhost"
    verbose_name = "Plugins"
