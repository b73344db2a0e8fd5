"""Libraries kept out of what all processes share: out of sight inside, as ever afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.omitting import later, without

MODULE = "wsgiref.handlers"
"""Something nobody has loaded by then."""


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, MODULE, raising=False)


def test_what_is_left_out_is_not_installed_inside_and_can_be_imported_afterwards() -> None:
    with without(MODULE), pytest.raises(ImportError):
        __import__(MODULE)
    __import__(MODULE)
    assert MODULE in sys.modules


def test_what_is_loaded_already_is_not_taken_away() -> None:
    with without("json"):
        import json

    assert json.dumps([]) == "[]"


def test_what_is_imported_for_later_loads_when_it_is_called() -> None:
    with later(MODULE, "format_date_time"):
        from wsgiref.handlers import format_date_time
    assert MODULE not in sys.modules
    assert format_date_time(0) == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert MODULE in sys.modules


def test_called_already_inside_it_loads_as_well() -> None:
    with later(MODULE, "format_date_time"):
        from wsgiref.handlers import format_date_time

        assert format_date_time(0).endswith("GMT")
    assert MODULE in sys.modules


def test_what_is_rare_is_where_it_is_said_to_be() -> None:
    """In a process of its own: nothing of it is to be loaded in this one."""
    script = """
import os, django
from importlib import import_module
from core.omitting import RARE
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
django.setup()
for module, names in RARE.items():
    print(*(f"{module}.{name}" for name in names if not callable(getattr(import_module(module), name))))
"""
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert found.stdout.split() == []
