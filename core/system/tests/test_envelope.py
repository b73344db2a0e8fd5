"""Locked files: opened by their passphrase, or by the installation that made them; otherwise not at all."""

from pathlib import Path

import pytest

from core.system import keyring
from core.system.transfer import envelope
from core.system.transfer.envelope import MAGIC, PIECE, ArchiveError, is_locked, lock, lock_here, unlock

PASSPHRASE = "correct horse"  # noqa: S105  # of files that a test makes


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the derivation costs is not what is tested."""
    monkeypatch.setitem(envelope._SCRYPT, "n", 2)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_is_locked_is_unlocked(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    locked = lock(data, PASSPHRASE)
    assert unlock(locked, PASSPHRASE) == data
    assert unlock(lock_here(data), "") == data


def test_two_files_of_one_content_have_nothing_in_common() -> None:
    one, other = lock(bytes(1000), PASSPHRASE), lock(bytes(1000), PASSPHRASE)
    assert one[-1000:] != other[-1000:]
    assert is_locked(one) and not is_locked(b"PK\x03\x04")


@pytest.mark.parametrize("passphrase", ["", "wrong horse", "correct horse "])
def test_another_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        unlock(lock(b"x", PASSPHRASE), passphrase)
    assert caught.value.field == "passphrase"


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(ArchiveError, match="too short"):
        lock(b"x", "1234567")


def test_any_byte_that_is_altered_is_found() -> None:
    locked = lock(b"hello" * 20, PASSPHRASE)
    for at in range(len(locked)):
        forged = bytearray(locked)
        forged[at] ^= 1
        with pytest.raises(ArchiveError):
            unlock(bytes(forged), PASSPHRASE)


def test_a_file_that_is_cut_lengthened_or_reordered_is_refused() -> None:
    locked = lock(bytes(3 * PIECE), PASSPHRASE)
    begins, step = len(locked) - 3 * (PIECE + 16), PIECE + 16
    head, pieces = locked[:begins], [locked[begins + step * at : begins + step * (at + 1)] for at in range(3)]
    for forged in (
        head,
        head + pieces[0],
        head + pieces[0] + pieces[1],  # cut exactly between two pieces
        locked[:-1],
        locked + b"x",
        locked + pieces[2],
        head + pieces[1] + pieces[0] + pieces[2],
        head + pieces[0] + pieces[0] + pieces[2],
        locked[: len(MAGIC) + 3],
        MAGIC,
        MAGIC + b"\xff\xff\xff\xff",
    ):
        with pytest.raises(ArchiveError):
            unlock(forged, PASSPHRASE)


def test_pieces_of_another_file_do_not_fit() -> None:
    one, other = lock(bytes(2 * PIECE), PASSPHRASE), lock(bytes(2 * PIECE), PASSPHRASE)
    with pytest.raises(ArchiveError):
        unlock(one[: -PIECE - 16] + other[-PIECE - 16 :], PASSPHRASE)


@pytest.mark.parametrize(
    "head", [b"", b"[]", b"{", b'{"lock":"door"}', b'{"lock":"passphrase","version":"x"}', b"x" * 5000]
)
def test_a_head_that_is_none_is_refused(head: bytes) -> None:
    with pytest.raises(ArchiveError, match=r"damaged|newer"):
        unlock(MAGIC + len(head).to_bytes(4, "big") + head, PASSPHRASE)


def test_a_newer_file_is_refused() -> None:
    head = b'{"lock":"passphrase","version":2}'
    with pytest.raises(ArchiveError, match="newer Eyrie"):
        unlock(MAGIC + len(head).to_bytes(4, "big") + head, PASSPHRASE)


def test_what_was_locked_elsewhere_does_not_open_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = lock_here(b"x")
    other = keyring.Keyring(tmp_path / "secrets.key")
    monkeypatch.setattr("core.system.transfer.envelope.unseal_bytes", other.decrypt_bytes)
    with pytest.raises(ArchiveError, match="only where it was made"):
        unlock(locked, "")
