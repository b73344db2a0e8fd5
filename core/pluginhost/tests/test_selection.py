"""Which plugins take part in a start, and why the others do not."""

import sys
from pathlib import Path

import pytest

from core.configuration import Configuration, ConfigurationError
from core.pluginhost.discovery import discover
from core.pluginhost.guard import PluginError
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.selection import select
from core.pluginhost.switches import Switches
from core.pluginhost.tests.packages import write_plugin


class Site:
    """A directory of installed plugins, and the start that finds them."""

    def __init__(self, root: Path) -> None:
        self.packages = root / "site"
        self.data = root / "data"
        self.folder = root / "plugins"
        self.folder.mkdir()
        self.packages.mkdir()
        self.switches = Switches(self.data)

    def plugin(self, name: str, **values: str) -> None:
        write_plugin(self.packages, name, package=f"{self.packages.parent.name}_{name}", **values)

    def start(self, plugins: str, **settings: object) -> dict[str, PluginRecord]:
        values = {"data": self.data, "plugins": plugins, "strict_plugins": False} | settings
        found = {
            name: one for name, one in discover(self.folder).items() if one.module.startswith(self.packages.parent.name)
        }
        return {record.name: record for record in select(_configuration(values), found)}


def _configuration(values: dict[str, object]) -> Configuration:
    config = Configuration.model_construct()
    names = [name for name in str(values.pop("plugins")).split(",") if name]
    return config.model_copy(update={"plugins": names, "plugins_disabled": [], "safe_mode": False} | values)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(tmp_path)
    monkeypatch.syspath_prepend(made.packages)
    return made


def test_enabled_plugin_is_selected_and_others_stay_unimported(site: Site) -> None:
    site.plugin("one")
    site.plugin("two")
    records = site.start("one")
    assert records["one"].state is PluginState.LOADING
    assert records["one"].meta is not None
    assert records["one"].meta.title == "One"
    assert records["two"].state is PluginState.DISCOVERED
    assert f"{site.packages.parent.name}_two.apps" not in sys.modules


def test_safe_mode_and_disabled_list_switch_off(site: Site) -> None:
    site.plugin("one")
    assert site.start("one", safe_mode=True)["one"].state is PluginState.DISABLED
    assert site.start("one", plugins_disabled=["one"])["one"].state is PluginState.DISABLED


def test_switches_overlay_the_configuration(site: Site) -> None:
    site.plugin("one")
    site.plugin("two")
    site.switches.disable("one")
    site.switches.enable("two")
    records = site.start("one")
    assert records["one"].state is PluginState.DISABLED
    assert records["two"].state is PluginState.LOADING
    site.switches.enable("one")
    assert site.start("")["one"].state is PluginState.LOADING


@pytest.mark.parametrize(
    ("apps", "sentence"),
    [
        ("import nowhere_to_be_found", "nowhere_to_be_found"),
        ("raise SystemExit(7)", "SystemExit: 7"),
        ("this is no Python", "SyntaxError"),
        ("", "class Config(PluginConfig)"),
        ("from core.api import PluginConfig, PluginMeta\nclass Config(PluginConfig): pass", "needs `meta"),
    ],
)
def test_broken_apps_module_fails_alone(site: Site, apps: str, sentence: str) -> None:
    site.plugin("bad", apps=apps)
    site.plugin("good")
    records = site.start("bad,good")
    assert records["bad"].state is PluginState.FAILED
    assert sentence in records["bad"].error
    assert records["good"].state is PluginState.LOADING


def test_meta_must_carry_the_name_it_is_found_by(site: Site) -> None:
    site.plugin(
        "one",
        apps="from core.api import PluginConfig, PluginMeta\n"
        'class Config(PluginConfig): meta = PluginMeta(name="other", title="x", version="1")',
    )
    record = site.start("one")["one"]
    assert record.state is PluginState.FAILED
    assert "other" in record.error


def test_other_plugin_api_is_incompatible(site: Site) -> None:
    site.plugin("late", meta='requires_api=">=2"')
    record = site.start("late")["late"]
    assert record.state is PluginState.INCOMPATIBLE
    assert ">=2" in record.error


def test_missing_requirements_fall_one_after_the_other(site: Site) -> None:
    site.plugin("base", meta='requires_plugins=("absent",)')
    site.plugin("middle", meta='requires_plugins=("base>=1",)')
    site.plugin("top", meta='requires_plugins=("middle",)')
    states = {name: record.state for name, record in site.start("base,middle,top").items()}
    assert set(states.values()) == {PluginState.INCOMPATIBLE}


def test_requirements_that_are_met(site: Site) -> None:
    site.plugin("base")
    site.plugin("top", meta='requires_plugins=("base>=1",)')
    site.plugin("newer", meta='requires_plugins=("base>=2",)')
    records = site.start("base,top,newer")
    assert records["top"].state is PluginState.LOADING
    assert records["newer"].state is PluginState.INCOMPATIBLE


def test_enabled_but_absent_says_so(site: Site) -> None:
    record = site.start("ghost")["ghost"]
    assert record.state is PluginState.FAILED
    assert "not installed" in record.error


def test_quarantine_holds_until_enabled_again(site: Site) -> None:
    site.plugin("one")
    site.switches.quarantine("one", "ImportError: x")
    record = site.start("one")["one"]
    assert (record.state, record.error) == (PluginState.QUARANTINED, "ImportError: x")
    site.switches.enable("one")
    assert site.start("one")["one"].state is PluginState.LOADING


def test_quarantined_worker_degrades_its_plugin_only(site: Site) -> None:
    site.plugin("one")
    site.switches.quarantine("one:feed", "ended too often")
    record = site.start("one")["one"]
    assert record.state is PluginState.LOADING
    assert record.failing == {"worker feed": "quarantined: ended too often"}


@pytest.mark.parametrize("name", ["bad", "ghost", "late", "shut"])
def test_strict_mode_refuses_the_start(site: Site, name: str) -> None:
    site.plugin("bad", apps="raise ValueError")
    site.plugin("late", meta='requires_api=">=2"')
    site.plugin("shut")
    site.switches.quarantine("shut", "why")
    with pytest.raises(PluginError, match=f"plugin {name}: "):
        site.start(name, strict_plugins=True)


def test_strict_mode_minds_enabled_plugins_only(site: Site) -> None:
    site.plugin("bad", apps="raise ValueError")
    assert site.start("", strict_plugins=True)["bad"].state is PluginState.DISCOVERED


def test_damaged_switch_file_is_named(site: Site) -> None:
    site.data.mkdir()
    (site.data / "plugins.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"plugins\.json"):
        site.start("")
