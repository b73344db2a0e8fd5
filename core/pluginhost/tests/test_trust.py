"""Signatures of plugins: looked at before anything of a plugin is imported, and held to while it is."""

import importlib
import os
import py_compile
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.pluginhost.discovery import built_in, discover
from core.pluginhost.guard import PluginError
from core.pluginhost.records import PluginRecord, PluginState
from core.pluginhost.tests.test_selection import Site
from core.pluginhost.trusting import Package, Trust, package_of
from core.pluginhost.verified import AlteredCode, VerifiedFinder, load_verified
from core.trust.keys import Signer, make_key, signer
from core.trust.manifest import PLUGIN, RELEASE, Contents, Manifest
from core.trust.package import Standing, describe_files, sign_folder
from core.trust.store import TrustStore


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(tmp_path)
    monkeypatch.syspath_prepend(made.packages)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield made
    for name in [name for name in sys.modules if name.startswith(tmp_path.name)]:
        del sys.modules[name]


@pytest.fixture
def key(tmp_path: Path) -> Signer:
    make_key(tmp_path / "key", "Acme")
    return signer(tmp_path / "key")


def place(site: Site, name: str) -> Path:
    return site.packages / f"{site.packages.parent.name}_{name}"


def sign(folder: Path, key: Signer, *names: str) -> None:
    plugins = {name: Contents("1.0", ">=1.0,<2") for name in names}
    sign_folder(folder, Manifest(PLUGIN, folder.name, "1.0", plugins, describe_files(folder)), key)


def start(site: Site, policy: str, name: str = "one", **settings: object) -> PluginRecord:
    return site.start(name, plugin_trust=policy, **settings)[name]


def test_unsigned_code_is_refused_before_it_runs_where_signatures_are_required(site: Site) -> None:
    site.plugin("one")
    record = start(site, "require")
    assert (record.state, record.error) == (PluginState.UNTRUSTED, "is not signed.")
    assert record.trust.standing is Standing.UNSIGNED
    assert not [name for name in sys.modules if name.startswith(site.packages.parent.name)]
    with pytest.raises(PluginError, match="untrusted"):
        start(site, "require", strict_plugins=True)


def test_unsigned_code_runs_and_is_told_of_otherwise(site: Site) -> None:
    site.plugin("one")
    assert start(site, "warn").trust.standing is Standing.UNSIGNED
    record = start(site, "off")
    assert (record.state, record.trust.standing) == (PluginState.LOADING, Standing.UNCHECKED)


def test_signed_code_runs(site: Site, key: Signer) -> None:
    site.plugin("one")
    sign(place(site, "one"), key, "one")
    assert start(site, "require").trust.standing is Standing.UNKNOWN_KEY
    TrustStore(site.data).add("acme", key.public.line)
    record = start(site, "require")
    assert (record.state, record.trust.signer) == (PluginState.LOADING, "acme")
    assert record.meta is not None
    TrustStore(site.data).remove("acme")
    assert start(site, "require").state is PluginState.UNTRUSTED


def test_altered_code_does_not_run(site: Site, key: Signer) -> None:
    site.plugin("one", hooks="")
    sign(place(site, "one"), key, "one")
    TrustStore(site.data).add("acme", key.public.line)
    (place(site, "one") / "hooks.py").write_text("import os\n")
    record = start(site, "require")
    assert (record.state, record.error) == (PluginState.UNTRUSTED, "hooks.py was altered.")
    assert start(site, "warn").state is PluginState.LOADING


def test_a_package_that_is_signed_for_another_plugin_is_refused(site: Site, key: Signer) -> None:
    site.plugin("one")
    sign(place(site, "one"), key, "two")
    TrustStore(site.data).add("acme", key.public.line)
    assert start(site, "require").error == "is signed as two, not as one."


def test_a_store_that_others_may_change_trusts_nobody(site: Site, key: Signer) -> None:
    site.plugin("one")
    sign(place(site, "one"), key, "one")
    TrustStore(site.data).add("acme", key.public.line)
    (site.data / "trust" / "acme.pub").chmod(0o666)
    record = start(site, "require")
    assert record.state is PluginState.UNTRUSTED
    assert "others than Eyrie's user may change it" in record.error


def verified(site: Site, key: Signer) -> str:
    """A signed package that was looked at, as it is between the look and the import. Its name."""
    site.plugin("one", hooks="VALUE = 'signed'\n")
    folder = place(site, "one")
    sign(folder, key, "one")
    TrustStore(site.data).add("acme", key.public.line)
    package, verdict = Trust(site.data).judge(discover(site.folder)["one"])
    assert package is not None and verdict.manifest is not None
    load_verified(package, verdict.manifest)
    return folder.name


def test_a_source_that_is_exchanged_after_the_look_does_not_run(site: Site, key: Signer) -> None:
    name = verified(site, key)
    (place(site, "one") / "hooks.py").write_text("VALUE = 'forged'\n")
    with pytest.raises(AlteredCode, match=r"hooks.py was altered after it was signed"):
        importlib.import_module(f"{name}.hooks")


def test_planted_byte_code_does_not_run(site: Site, key: Signer) -> None:
    """Python itself takes a .pyc whose header carries the source's time and size, whatever it holds."""
    name = verified(site, key)
    source = place(site, "one") / "hooks.py"
    kept, times = source.read_bytes(), source.stat()
    source.write_text("VALUE = 'forged'\n")
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    py_compile.compile(str(source), doraise=True)
    source.write_bytes(kept)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert importlib.import_module(f"{name}.hooks").VALUE == "signed"
    # The same without the finder, so that what is shown above is shown by it.
    del sys.modules[f"{name}.hooks"]
    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, VerifiedFinder)]
    assert importlib.import_module(f"{name}.hooks").VALUE == "forged"


def test_a_module_that_was_not_signed_is_not_imported(site: Site, key: Signer) -> None:
    name = verified(site, key)
    (place(site, "one") / "late.py").touch()
    with pytest.raises(AlteredCode, match="not among the signed files"):
        importlib.import_module(f"{name}.late")
    py_compile.compile(str(place(site, "one") / "late.py"), str(place(site, "one") / "bare.pyc"))
    with pytest.raises(AlteredCode, match="not among the signed files"):
        importlib.import_module(f"{name}.bare")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{name}.absent")


def test_a_source_that_became_a_link_is_not_imported(site: Site, key: Signer) -> None:
    name = verified(site, key)
    source = place(site, "one") / "hooks.py"
    source.rename(site.packages / "elsewhere.py")
    source.symlink_to(site.packages / "elsewhere.py")
    with pytest.raises(AlteredCode):
        importlib.import_module(f"{name}.hooks")


def test_no_byte_code_is_written_for_signed_packages(site: Site, key: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    importlib.import_module(f"{verified(site, key)}.hooks")
    assert not list(place(site, "one").rglob("*.pyc"))


def test_the_package_is_found_without_importing_it(site: Site) -> None:
    """The topmost folder with an `__init__.py`, which runs first whatever the entry point names."""
    prefix = site.packages.parent.name
    deep = site.packages / f"{prefix}_ns" / "acme" / "inner"
    deep.mkdir(parents=True)
    (deep.parent / "__init__.py").write_text("raise SystemExit\n")
    (deep / "__init__.py").write_text("raise SystemExit\n")
    (deep / "apps.py").touch()
    info = site.packages / "x-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[eyrie.plugins]\nx = {prefix}_ns.acme.inner\n")
    found = discover(site.folder)["x"]
    assert package_of(found) == Package(f"{prefix}_ns.acme", deep.parent)
    assert not [name for name in sys.modules if name.startswith(prefix)]


def test_a_folder_that_somebody_put_into_plugins_is_not_eyries(site: Site, key: Signer) -> None:
    folder = site.folder / "stray"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "apps.py").touch()
    found = discover(site.folder)["stray"]
    assert Trust(site.data).judge(found)[1].standing is Standing.UNSIGNED
    sign(folder, key, "stray")
    TrustStore(site.data).add("acme", key.public.line)
    assert Trust(site.data).judge(found)[1].standing is Standing.SIGNED
    (site.folder / "enabled.toml").write_text('enabled = ["stray"]\n')
    assert Trust(site.data).judge(discover(site.folder)["stray"])[1].standing is Standing.BUILT_IN


def test_every_plugin_that_comes_with_eyrie_is_known_as_such() -> None:
    found = [one for one in discover().values() if one.in_tree]
    assert [one.name for one in found if not one.shipped] == []
    assert set(built_in()) < {one.name for one in found}


def test_a_signed_release_is_held_against_its_manifest(
    site: Site, key: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "release"
    for name in ("core", "plugins/one", "plugins/two"):
        (root / name).mkdir(parents=True)
        (root / name / "__init__.py").touch()
        (root / name / "apps.py").touch()
    (root / "plugins" / "enabled.toml").write_text('enabled = ["one", "two"]\n')
    manifest = Manifest(RELEASE, "eyrie", "1.0", {}, describe_files(root))
    sign_folder(root / "core", manifest, key)
    monkeypatch.setattr("core.pluginhost.trusting.RELEASE_FOLDER", root / "core")
    monkeypatch.setattr("core.pluginhost.trusting.IN_TREE", root / "plugins")
    (root / "plugins" / "two" / "apps.py").write_text("forged\n")

    def standings() -> list[Standing]:
        found = discover(root / "plugins")
        return [Trust(site.data).judge(found[name])[1].standing for name in ("one", "two")]

    assert standings() == [Standing.BUILT_IN, Standing.BUILT_IN]  # nobody who is trusted says how they should be
    TrustStore(site.data).add("eyrie", key.public.line)
    assert standings() == [Standing.BUILT_IN, Standing.ALTERED]
