"""Django app of the supervisor: it holds the commands that run Eyrie's processes."""

from django.apps import AppConfig


class Config(AppConfig):
    """Supervision."""

    name = "core.supervisor"
    label = "supervisor"
    verbose_name = "Supervisor"
