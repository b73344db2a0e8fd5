"""Arming the site."""

from __future__ import annotations

from core.api import ActionContext, GiveUp
from plugins.arm.settings import ArmSettings


def arm(settings: ArmSettings, context: ActionContext) -> str:
    """Change the mode. Raises GiveUp for a mode that is not there."""
    from core.api.services import ModeError  # needs Django
    from core.api.services import arm as arm_site

    try:
        changed = arm_site(settings.mode, actor=f"<rule {context.rule}>" if context.rule else "<rule>")
    except ModeError as error:
        raise GiveUp(str(error)) from error
    return f"Armed as {settings.mode}." if changed else f"Was armed as {settings.mode} already."
