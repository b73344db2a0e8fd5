"""Finding the plugin to blame for a start that fails."""

import importlib
from pathlib import Path

import pytest

from core.pluginhost.boot import blame
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.tests.packages import write_plugin


def _record(root: Path, name: str) -> PluginRecord:
    return PluginRecord(name, f"eyrie_{name}", "", PluginState.LOADING, folder=root / f"eyrie_{name}")


@pytest.mark.parametrize(
    "models",
    [
        "raise ValueError('no')",
        "import nowhere_at_all",
        "def broken(:",
        "raise SystemExit(3)",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise RuntimeError from None",
    ],
)
def test_innermost_plugin_is_to_blame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: str) -> None:
    package = f"blamed_{abs(hash(models))}"
    write_plugin(tmp_path, "guilty", package=package, models=models)
    write_plugin(tmp_path, "innocent")
    monkeypatch.syspath_prepend(tmp_path)
    records = [_record(tmp_path, "innocent"), PluginRecord("guilty", package, "", folder=tmp_path / package)]
    with pytest.raises(BaseException) as caught:  # SystemExit among others
        importlib.import_module(f"{package}.models")
    culprit = blame(caught.value, records)
    assert culprit is not None
    assert culprit.name == "guilty"


def test_cause_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_plugin(tmp_path, "deep", package="deep_cause", models="raise ValueError('no')")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        try:
            importlib.import_module("deep_cause.models")
        except ValueError as error:
            raise RuntimeError("wrapped") from error
    except RuntimeError as wrapped:
        found = blame(wrapped, [PluginRecord("deep", "deep_cause", "", folder=tmp_path / "deep_cause")])
    assert found is not None


def test_nobody_is_blamed_for_what_is_not_theirs(tmp_path: Path) -> None:
    assert blame(ValueError("core's own"), [_record(tmp_path, "innocent")]) is None
