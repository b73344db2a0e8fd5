"""From the file of an update to a version beside the one that runs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.trust.keys import PublicKey, Signer, make_key, signer
from core.trust.package import MANIFEST
from core.updates.archive import UpdateError, make, unpack
from core.updates.launcher import point
from core.updates.staging import Prefix, begin, check, install, wait
from core.updates.tests.test_launcher import Home, home, running
from core.updates.tests.tiny import put, wheel

__all__ = ["home", "running"]


@pytest.fixture
def key(tmp_path: Path) -> Signer:
    make_key(tmp_path / "key", "Eyrie")
    return signer(tmp_path / "key")


@pytest.fixture
def archive(tmp_path: Path, key: Signer) -> Path:
    folder = tmp_path / "release"
    wheel(folder, "1.1")
    make(folder, "1.1", key, tmp_path / "eyrie-1.1.update")
    return tmp_path / "eyrie-1.1.update"


def trusted(key: Signer) -> dict[str, tuple[str, PublicKey]]:
    return {key.public.fingerprint: ("eyrie", key.public)}


@pytest.fixture
def prefix(tmp_path: Path) -> Prefix:
    put(tmp_path / "prefix", "1.0")
    point(tmp_path / "prefix", "1.0")
    return Prefix(tmp_path / "prefix")


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    forged = archive.with_suffix(".forged")
    with zipfile.ZipFile(forged, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return forged


def test_what_nobody_trusted_signed_is_refused(archive: Path, prefix: Prefix, tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="not trusted here"):
        check(archive, prefix, {})
    with pytest.raises(UpdateError, match="no update of Eyrie"):
        check(rewritten(archive, lambda members: members.pop("eyrie-manifest.sig")), prefix, {})
    (tmp_path / "text").write_text("hello")
    with pytest.raises(UpdateError, match="no update of Eyrie"):
        check(tmp_path / "text", prefix, {})
    with pytest.raises(UpdateError, match="cannot be read"):
        check(tmp_path / "absent", prefix, {})


def test_an_altered_manifest_is_refused(archive: Path, prefix: Prefix, key: Signer) -> None:
    def later(members: dict[str, bytes]) -> None:
        members[MANIFEST] = members[MANIFEST].replace(b'"version":"1.1"', b'"version":"9.1"')

    with pytest.raises(UpdateError, match="altered after it was signed"):
        check(rewritten(archive, later), prefix, trusted(key))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda members: members.update({"wheels/evil-1.0-py3-none-any.whl": b"x"}), "not signed"),
        (lambda members: members.update({"../evil": b"x"}), "not signed"),
        (lambda members: members.update({"wheels/eyrie-1.1-py3-none-any.whl": b"x"}), "altered after it was signed"),
        (lambda members: members.pop("wheels/eyrie-1.1-py3-none-any.whl"), "damaged"),
    ],
)
def test_altered_contents_are_refused_and_leave_nothing(
    archive: Path, prefix: Prefix, key: Signer, change: Callable[[dict[str, bytes]], None], why: str
) -> None:
    forged = rewritten(archive, change)
    manifest = check(forged, prefix, trusted(key))
    with pytest.raises(UpdateError, match=why):
        install(forged, manifest, prefix)
    assert [one.name for one in (prefix.folder / "versions").iterdir()] == ["1.0"]
    assert not (prefix.folder / "unpacked").exists()


def test_a_file_is_not_written_beyond_its_signed_size(
    archive: Path, prefix: Prefix, key: Signer, tmp_path: Path
) -> None:
    name = "wheels/eyrie-1.1-py3-none-any.whl"
    forged = rewritten(archive, lambda members: members.update({name: bytes(50_000_000)}))
    with pytest.raises(UpdateError):
        unpack(forged, check(forged, prefix, trusted(key)), tmp_path / "out")
    assert (tmp_path / "out" / name).stat().st_size < 2_000_000


def test_versions_go_forward_unless_told(archive: Path, prefix: Prefix, key: Signer) -> None:
    for current, why in (("1.1", "runs already"), ("2.0", "is older than 2.0")):
        put(prefix.folder, current)
        point(prefix.folder, current)
        with pytest.raises(UpdateError, match=why):
            check(archive, prefix, trusted(key))
    assert check(archive, prefix, trusted(key), older=True).version == "1.1"


def test_one_update_at_a_time(archive: Path, prefix: Prefix, key: Signer) -> None:
    prefix.journal.write(state="trying")
    with pytest.raises(UpdateError, match="under way"):
        check(archive, prefix, trusted(key))


def test_a_wheel_of_another_version_than_was_signed_is_refused(tmp_path: Path, prefix: Prefix, key: Signer) -> None:
    wheel(tmp_path / "mixed", "1.2")
    make(tmp_path / "mixed", "1.3", key, tmp_path / "mixed.update")
    manifest = check(tmp_path / "mixed.update", prefix, trusted(key))
    with pytest.raises(UpdateError, match=r"signed as 1\.3 but holds 1\.2"):
        install(tmp_path / "mixed.update", manifest, prefix)
    assert not (prefix.folder / "versions" / "1.3").exists()


def test_an_update_is_installed_tried_and_kept(running: Home, archive: Path, key: Signer) -> None:
    """All of it: verified, installed by pip into an environment of its own, taken up by the launcher."""
    prefix = Prefix(running.prefix)
    manifest = check(archive, prefix, trusted(key))
    install(archive, manifest, prefix)
    assert begin(prefix, manifest.version, patience=20, steady=0.1)
    said: list[str] = []
    assert wait(prefix, said.append, 60)["state"] == "done"
    running.until(lambda: running.serving() == "1.1")
    assert prefix.current == "1.1"
    assert json.loads((running.prefix / "update.json").read_text())["from"] == "1.0"


def test_a_new_prefix_is_made(tmp_path: Path, archive: Path, key: Signer) -> None:
    prefix = Prefix(tmp_path / "opt" / "eyrie")
    install(archive, check(archive, prefix, trusted(key)), prefix)
    assert begin(prefix, "1.1") is False
    assert (prefix.current, (prefix.folder / "launcher.py").exists()) == ("1.1", True)
