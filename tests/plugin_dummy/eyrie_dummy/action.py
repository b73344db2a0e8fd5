"""Greets."""

from core.api import ActionContext
from eyrie_dummy.settings import ThingSettings

GREETED: list[str] = []


def greet(settings: ThingSettings, context: ActionContext) -> str:
    """Greet once for each delivery."""
    if not settings.number:
        raise ConnectionError("nobody to greet")
    GREETED.append(context.key)
    return f"greeted {settings.number}"
