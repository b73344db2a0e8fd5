"""What people read of actions in the portal comes from their specs, and so no tool that reads sources finds it."""

from __future__ import annotations

import gettext
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.hookspecs.actions import ActionSpec

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/hooks.py"))


def actions(plugin: str) -> list[ActionSpec]:
    hooks = importlib.import_module(f"plugins.{plugin}.hooks")
    return list(hooks.register_actions()) if hasattr(hooks, "register_actions") else []


def texts(spec: ActionSpec) -> Iterator[str]:
    yield spec.title
    for field in spec.settings.model_json_schema().get("properties", {}).values():
        yield from (field["title"], field.get("description", ""), *field.get("enum", ()))


def test_there_are_actions_to_read() -> None:
    assert sum(len(actions(plugin)) for plugin in PLUGINS) >= 12


@pytest.mark.parametrize("plugin", PLUGINS)
def test_forms_of_actions_can_be_read_in_german(plugin: str) -> None:
    german = gettext.translation("django", ROOT / "webapp" / "locale", ["de"])
    catalogue = german._catalog  # `gettext` would not tell what is missing
    lacking = [text for spec in actions(plugin) for text in texts(spec) if text and text not in catalogue]
    assert lacking == [], "add them to webapp/locale/de/actions.po and run python scripts/messages.py"
