"""Plugins are found without being imported."""

import sys
from pathlib import Path

import pytest

from core.pluginhost.discovery import built_in, discover
from core.pluginhost.tests.packages import write_plugin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "plugins"
    place.mkdir()
    (place / "__init__.py").touch()
    return place


def test_installed_package_is_found_and_not_imported(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = write_plugin(tmp_path / "site", "found_only", apps="raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path / "site")
    found = discover(folder)["found_only"]
    assert (found.module, found.source, found.problem) == (package, "eyrie-found-only 1.0", "")
    assert package not in sys.modules


def test_folder_without_metadata_gets_one_sentence(folder: Path) -> None:
    (folder / "half").mkdir()
    (folder / "half" / "driver.py").touch()
    found = discover(folder)["half"]
    assert "has no apps.py" in found.problem
    assert str(folder / "half") in found.problem


def test_leftovers_are_no_plugins(folder: Path) -> None:
    (folder / "deleted" / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    (folder / ".hidden").mkdir()
    assert [found.name for found in discover(folder).values() if found.in_tree] == []


def test_two_packages_of_one_name_are_refused_naming_both(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("first_acme", "second_acme"):
        write_plugin(tmp_path / package, "acme", package=package)
        monkeypatch.syspath_prepend(tmp_path / package)
    problem = discover(folder)["acme"].problem
    assert "first_acme" in problem
    assert "second_acme" in problem


def test_folder_wins_over_a_package_of_the_same_name(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "acme").mkdir()
    (folder / "acme" / "apps.py").touch()
    write_plugin(tmp_path / "site", "acme")
    monkeypatch.syspath_prepend(tmp_path / "site")
    found = discover(folder)["acme"]
    assert (found.in_tree, found.problem) == (True, "")


def test_built_in_list_names_plugins_that_exist() -> None:
    assert built_in()
    assert set(built_in()) <= {found.name for found in discover().values() if found.in_tree}
    assert "simulator" not in built_in()


def test_without_a_list_nothing_is_built_in(folder: Path) -> None:
    assert built_in(folder) == []
