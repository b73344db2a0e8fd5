"""Broken plugins of each kind: the host starts, the others work, the state is shown; strict mode refuses."""

import shutil
from pathlib import Path

import pytest

from core.pluginhost.tests.packages import write_plugin
from tests.contracts.sources import ROOT
from tests.contracts.starts import Start

GOOD = """from core.api import EventTypeSpec, hookimpl

@hookimpl
def register_event_types():
    yield EventTypeSpec("good.happened", "Something good")
"""
RAISING = (
    GOOD
    + """

@hookimpl
def register_permissions():
    raise RuntimeError("no permissions today")

@hookimpl
def on_host_ready():
    raise SystemExit("not ready")
"""
)
MODEL = """from django.db import models

class Thing(models.Model):
    name = models.CharField(max_length=10)
"""
THREAD = """import threading

threading.Thread(target=print, name="ticker", daemon=True).start()
"""
# name: (files, state, words of its error)
KINDS = {
    "importerror": ({"apps": "import nowhere_at_all"}, "failed", "nowhere_at_all"),
    "exitatimport": ({"apps": "import sys; sys.exit(5)"}, "failed", "SystemExit"),
    "notaplugin": ({"apps": "x = 1"}, "failed", "class Config(PluginConfig)"),
    "badmodels": ({"models": "import nowhere_at_all"}, "quarantined", "nowhere_at_all"),
    "exitinmodels": ({"models": "import sys; sys.exit(6)"}, "quarantined", "SystemExit"),
    "syntaxmodels": ({"models": "class :"}, "quarantined", "SyntaxError"),
    "badhooks": ({"hooks": "1 / 0"}, "failed", "ZeroDivisionError"),
    "exitinhooks": ({"hooks": "raise SystemExit(4)"}, "failed", "SystemExit"),
    "threadinapps": ({"apps": THREAD}, "failed", "starts the thread ticker"),
    "threadinmodels": ({"models": THREAD}, "quarantined", "starts the thread ticker"),
    "threadinhooks": ({"hooks": THREAD}, "failed", "starts the thread ticker"),
    "unknownhook": (
        {"hooks": GOOD.replace("register_event_types", "register_evnt")},
        "failed",
        "no hook register_evnt",
    ),
    "raising": ({"hooks": RAISING.replace("good.", "raising.")}, "degraded", "no permissions today"),
    "baddescriptor": ({"hooks": GOOD.replace("good.happened", "Not A Name")}, "degraded", "Not A Name"),
    "incompatible": ({"meta": 'requires_api=">=2"'}, "incompatible", ">=2"),
    "lonely": ({"meta": 'requires_plugins=("absent",)'}, "incompatible", "absent"),
}
NAMES = ",".join(["good", *KINDS])


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """One installation with one good plugin and all the broken ones."""
    start = Start(tmp_path_factory.mktemp("crowd"))
    write_plugin(start.site, "good", hooks=GOOD, models=MODEL)
    for name, (files, _, _) in KINDS.items():
        write_plugin(start.site, name, **files)
    return start


@pytest.fixture(scope="module")
def states(crowd: Start) -> dict[str, dict[str, str]]:
    return crowd.states(NAMES)


def test_good_one_works_among_them(states: dict[str, dict[str, str]], crowd: Start) -> None:
    assert states["good"]["state"] == "loaded"
    shown = crowd.run("plugins", "show", "good", plugins=NAMES)
    assert "event type good.happened" in shown.stdout


@pytest.mark.parametrize("name", KINDS)
def test_state_is_shown_with_its_error(states: dict[str, dict[str, str]], name: str) -> None:
    _, state, words = KINDS[name]
    assert states[name]["state"] == state
    assert words in states[name]["error"]


def test_doctor_names_what_is_broken_and_exits_with_1(states: dict[str, dict[str, str]], crowd: Start) -> None:
    result = crowd.run("plugins", "doctor", plugins=NAMES)
    assert result.returncode == 1
    assert "badmodels" in result.stdout
    assert "\x1b[" not in result.stdout  # no colours but on a terminal


@pytest.mark.parametrize(
    "name", ["importerror", "badmodels", "exitinmodels", "exitinhooks", "raising", "baddescriptor", "incompatible"]
)
def test_strict_mode_refuses_with_one_sentence(name: str, tmp_path: Path) -> None:
    start = Start(tmp_path)
    write_plugin(start.site, name, **KINDS[name][0])
    result = start.run("plugins", "list", plugins=name, strict_plugins="1")
    assert result.returncode == 3
    assert f"eyrie: plugin {name}: " in result.stderr
    assert "Traceback" not in result.stderr
    assert not (start.data / "run" / "quarantine.json").exists()


def test_quarantine_ends_when_the_plugin_is_mended_and_enabled(tmp_path: Path) -> None:
    start = Start(tmp_path)
    package = write_plugin(start.site, "moody", models="1 / 0", hooks=GOOD)
    assert start.states("moody")["moody"]["state"] == "quarantined"
    (start.site / package / "models.py").write_text(MODEL)
    assert start.states("moody")["moody"]["state"] == "quarantined"
    assert start.run("plugins", "enable", "moody", plugins="moody").returncode == 0
    assert start.states("moody")["moody"]["state"] == "loaded"


def test_safe_mode_starts_without_any(tmp_path: Path) -> None:
    start = Start(tmp_path)
    write_plugin(start.site, "bad", models="1 / 0")
    for flag in ("--safe-mode", "--no-plugins"):
        result = start.run("plugins", "list", flag, plugins="bad")
        assert result.returncode == 0
        assert "disabled" in result.stdout
    assert not (start.data / "run" / "quarantine.json").exists()


def test_without_plugins_none_is_imported(tmp_path: Path) -> None:
    start = Start(tmp_path)
    write_plugin(start.site, "other", apps="raise SystemExit('imported')")
    code = "print([m for m in sys.modules if m.startswith(('plugins.', 'eyrie_'))])\nimport core.web.urls"
    result = start.python(code, plugins="")
    assert result.stdout.strip() == "[]", result.stderr
    assert result.returncode == 0, result.stderr


def test_start_loads_no_native_media_library(tmp_path: Path) -> None:
    """The supervisor stays small: hooks of the built-in plugins must not pull PyAV in."""
    result = Start(tmp_path).python("print('av' in sys.modules)", plugins="local_disk,rtsp,simulator")
    assert result.stdout.strip() == "False", result.stderr


def test_folder_without_metadata_is_one_sentence(tmp_path: Path) -> None:
    """In a checkout whose `plugins/` holds a half-made plugin."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("core", "webapp"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.copy(ROOT / "manage.py", checkout)
    (checkout / "plugins" / "half").mkdir(parents=True)
    (checkout / "plugins" / "__init__.py").touch()
    (checkout / "plugins" / "half" / "driver.py").touch()
    start = Start(tmp_path, manage=checkout / "manage.py")
    half = start.states("half")["half"]
    assert half["state"] == "failed"
    assert "has no apps.py" in half["error"]
    strict = start.run("plugins", "list", plugins="half", strict_plugins="1")
    assert strict.returncode == 3
    assert "has no apps.py" in strict.stderr


def test_unknown_plugin_is_one_sentence(tmp_path: Path) -> None:
    result = Start(tmp_path).run("plugins", "enable", "nothing", plugins="")
    assert result.returncode == 1
    assert "no plugin is called 'nothing'" in result.stderr
