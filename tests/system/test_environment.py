"""The tests' own environment: what conftest.py promises."""

from pathlib import Path

from django.conf import settings

from core.configuration import configuration


def test_the_run_has_a_data_directory_of_its_own() -> None:
    data = configuration().data
    assert data.name.startswith("eyrie-test-")
    assert not data.is_relative_to(Path(__file__).parents[2])
    assert data == settings.CONFIG.data


def test_plugins_are_strict() -> None:
    assert configuration().strict_plugins
