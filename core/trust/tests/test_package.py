"""Signed folders: as they were signed, and each way in which they are not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.trust.keys import KeyTrouble, PublicKey, Signer, make_key, public_key, signer
from core.trust.manifest import PLUGIN, UPDATE, Contents, Manifest, ManifestError
from core.trust.package import MANIFEST, SIGNATURES, Standing, describe_files, look_at, sign_folder
from core.trust.reading import declared_plugins
from core.trust.store import TrustStore


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Signer, Signer]:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("one", "other"):
        make_key(folder / name, name)
    return signer(folder / "one"), signer(folder / "other")


@pytest.fixture
def package(tmp_path: Path, keys: tuple[Signer, Signer]) -> Path:
    folder = tmp_path / "eyrie_x"
    (folder / "deep").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "deep" / "code.py").write_text("x = 1\n")
    (folder / "data.bin").write_bytes(bytes(3_000_000))
    signed(folder, keys[0])
    return folder


def signed(folder: Path, key: Signer, kind: str = PLUGIN) -> None:
    sign_folder(folder, Manifest(kind, "eyrie_x", "1.0", {"x": Contents("1.0", ">=1")}, describe_files(folder)), key)


def trusted(*keys: Signer) -> dict[str, tuple[str, PublicKey]]:
    return {key.public.fingerprint: ("acme", key.public) for key in keys}


def test_what_is_as_it_was_signed_is_signed(package: Path, keys: tuple[Signer, Signer]) -> None:
    verdict = look_at(package, trusted(keys[0]), kind=PLUGIN)
    assert (verdict.standing, verdict.signer, verdict.sentence) == (Standing.SIGNED, "acme", "")
    assert verdict.good


def grow(folder: Path) -> None:
    (folder / "deep" / "code.py").write_text("x = 10\n")


def same_size(folder: Path) -> None:
    (folder / "deep" / "code.py").write_text("x = 2\n")


def same_size_of_large(folder: Path) -> None:
    with (folder / "data.bin").open("r+b") as file:
        file.seek(2_999_999)
        file.write(b"x")


def add(folder: Path) -> None:
    (folder / "deep" / "more.py").touch()


def remove(folder: Path) -> None:
    (folder / "data.bin").unlink()


def link(folder: Path) -> None:
    (folder / "deep" / "code.py").rename(folder.parent / "code.py")
    (folder / "deep" / "code.py").symlink_to(folder.parent / "code.py")


def link_folder(folder: Path) -> None:
    (folder / "deep").rename(folder.parent / "deep")
    (folder / "deep").symlink_to(folder.parent / "deep")


def byte_code(folder: Path) -> None:
    (folder / "deep" / "evil.pyc").write_bytes(b"x")


def other_case(folder: Path) -> None:
    (folder / "data.bin").rename(folder / "Data.bin")


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (grow, "deep/code.py was altered."),
        (same_size, "deep/code.py was altered."),
        (same_size_of_large, "data.bin was altered."),
        (add, "deep/more.py was added."),
        (remove, "data.bin is missing."),
        (link, "deep/code.py is a link or no plain file."),
        (link_folder, "deep is a link or no plain file."),
        (byte_code, "deep/evil.pyc was added."),
        (other_case, "data.bin is missing; Data.bin was added."),
    ],
)
def test_each_alteration_is_named(
    package: Path, keys: tuple[Signer, Signer], alter: Callable[[Path], None], told: str
) -> None:
    alter(package)
    verdict = look_at(package, trusted(keys[0]), kind=PLUGIN)
    assert (verdict.standing, verdict.sentence) == (Standing.ALTERED, told)
    assert verdict.manifest is None


def test_many_alterations_are_counted(package: Path, keys: tuple[Signer, Signer]) -> None:
    for number in range(9):
        (package / f"{number}.py").touch()
    assert look_at(package, trusted(keys[0]), kind=PLUGIN).sentence.endswith("4.py was added; and 4 more.")


def test_byte_code_folders_are_not_looked_at(package: Path, keys: tuple[Signer, Signer]) -> None:
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "code.cpython-311.pyc").write_bytes(b"x")
    assert look_at(package, trusted(keys[0]), kind=PLUGIN).good


def test_a_stranger_and_nobody_are_told_apart(package: Path, keys: tuple[Signer, Signer]) -> None:
    verdict = look_at(package, trusted(keys[1]), kind=PLUGIN)
    assert verdict.standing is Standing.UNKNOWN_KEY
    assert keys[0].public.fingerprint in verdict.sentence
    (package / SIGNATURES).unlink()
    assert look_at(package, trusted(keys[0]), kind=PLUGIN).standing is Standing.UNSIGNED


def test_one_of_several_signatures_is_enough(package: Path, keys: tuple[Signer, Signer]) -> None:
    first = (package / SIGNATURES).read_text()
    signed(package, keys[1])
    (package / SIGNATURES).write_text(first + (package / SIGNATURES).read_text())
    assert look_at(package, trusted(keys[0]), kind=PLUGIN).good
    assert look_at(package, trusted(keys[1]), kind=PLUGIN).good


def test_a_signature_of_something_else_is_none(package: Path, keys: tuple[Signer, Signer]) -> None:
    lines = (package / SIGNATURES).read_text()
    (package / "data.bin").write_bytes(b"")
    signed(package, keys[0])
    (package / SIGNATURES).write_text(lines)
    verdict = look_at(package, trusted(keys[0]), kind=PLUGIN)
    assert (verdict.standing, verdict.sentence) == (
        Standing.ALTERED,
        "has a manifest that was altered after it was signed.",
    )


def test_a_fingerprint_alone_is_no_signature(package: Path, keys: tuple[Signer, Signer]) -> None:
    for text in ("", "!!!", "QUJD"):
        (package / SIGNATURES).write_text(f"{keys[0].public.fingerprint} {text}\n")
        assert look_at(package, trusted(keys[0]), kind=PLUGIN).standing is Standing.ALTERED


def test_what_is_signed_as_one_kind_is_not_another(package: Path, keys: tuple[Signer, Signer]) -> None:
    assert look_at(package, trusted(keys[0]), kind=UPDATE).standing is Standing.ALTERED


def test_a_manifest_that_is_a_link_is_not_followed(package: Path, keys: tuple[Signer, Signer]) -> None:
    (package / MANIFEST).rename(package.parent / MANIFEST)
    (package / MANIFEST).symlink_to(package.parent / MANIFEST)
    assert look_at(package, trusted(keys[0]), kind=PLUGIN).standing is Standing.ALTERED


def test_links_and_byte_code_are_not_signed(package: Path) -> None:
    (package / "old.pyc").touch()
    with pytest.raises(ManifestError, match="byte code"):
        describe_files(package)
    (package / "old.pyc").unlink()
    (package / "way.py").symlink_to("data.bin")
    with pytest.raises(ManifestError, match=r"way.py is a link"):
        describe_files(package)


def test_plugins_are_read_without_running_them(tmp_path: Path) -> None:
    text = (
        "raise SystemExit\nfrom core.api import PluginMeta\nmeta = PluginMeta(name='x', title='X', version='2.0'{})\n"
    )
    (tmp_path / "apps.py").write_text(text.format(", requires_api='>=1.3'"))
    assert declared_plugins(tmp_path) == {"x": Contents("2.0", ">=1.3")}
    (tmp_path / "apps.py").write_text(text.replace("'2.0'", "VERSION").format(""))
    with pytest.raises(ManifestError, match="plain words"):
        declared_plugins(tmp_path)
    (tmp_path / "apps.py").write_text("meta = (")
    with pytest.raises(ManifestError, match="line 1"):
        declared_plugins(tmp_path)


def test_keys_are_for_their_owner_and_are_not_overwritten(tmp_path: Path) -> None:
    made = make_key(tmp_path / "key", "Acme")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert public_key((tmp_path / "key.pub").read_text()) == made
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "key", "Acme")
    with pytest.raises(KeyTrouble, match="no private key"):
        signer(tmp_path / "key.pub")


def test_the_store_adds_and_removes(tmp_path: Path) -> None:
    store, key = TrustStore(tmp_path), make_key(tmp_path / "key", "Acme Ltd")
    assert store.keys() == {}
    assert store.add("acme", key.line) == key
    assert store.by_fingerprint() == {key.fingerprint: ("acme", key)}
    with pytest.raises(KeyTrouble, match="called acme already"):
        store.add("acme", key.line)
    with pytest.raises(KeyTrouble, match="trusted already, as acme"):
        store.add("again", key.line)
    with pytest.raises(KeyTrouble, match="No trusted key"):
        store.remove("nobody")
    store.remove("acme")
    assert store.keys() == {}


@pytest.mark.parametrize("name", ["", "../up", "Acme", ".x", "a b", "a/b", "x" * 65])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyTrouble, match="name of a key"):
        TrustStore(tmp_path).add(name, make_key(tmp_path / "key", "").line)


@pytest.mark.parametrize("line", ["", "ssh-ed25519 AAAA me", "eyrie-ed25519 QUJD x", "eyrie-ed25519 ! x", "a\nb"])
def test_what_is_no_key_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(KeyTrouble, match="no public key"):
        TrustStore(tmp_path).add("acme", line)


def test_a_store_that_others_may_change_is_not_believed(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    store.add("acme", make_key(tmp_path / "key", "").line)
    file = store.folder / "acme.pub"
    file.chmod(0o666)
    with pytest.raises(KeyTrouble, match=r"acme.pub: others"):
        store.keys()
    file.chmod(0o600)
    store.folder.chmod(0o777)
    with pytest.raises(KeyTrouble, match="others"):
        store.keys()
    store.folder.chmod(0o700)
    file.rename(tmp_path / "elsewhere.pub")
    file.symlink_to(tmp_path / "elsewhere.pub")
    with pytest.raises(KeyTrouble, match="others"):
        store.keys()
