"""Services of the running system for plugins. Needs Django to be set up; see `core.api`."""

__all__: list[str] = []
