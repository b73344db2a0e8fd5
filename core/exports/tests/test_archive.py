"""The archive on a disk that has no room, for real: a small file system in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.exports.archive import Archive, Blocks, DiskFull

MIB = 1024**2


def test_a_disk_that_fills_up_is_said_to_be_full_and_nothing_is_left(small_disk: Path) -> None:
    archive = Archive(small_disk / "exports" / "1.zip", reserve=0)
    with pytest.raises(DiskFull, match="took no more: No space left on device; make room there and export again"):
        archive.add("01.mp4", 0, 9 * MIB, (bytes(MIB) for _ in range(9)), lambda size: None)
    archive.abandon()
    assert list((small_disk / "exports").iterdir()) == []


def test_what_does_not_fit_is_not_begun(small_disk: Path) -> None:
    archive = Archive(small_disk / "1.zip", reserve=MIB)
    archive.demand(2 * MIB)
    with pytest.raises(DiskFull, match=r"needs 3\.5 MiB and 3\.0 MiB are free"):
        archive.demand(int(3.5 * MIB))
    archive.abandon()


def test_the_reserve_is_left_also_when_others_write_meanwhile(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "1.zip", reserve=2**60)
    with pytest.raises(DiskFull):
        archive.add("01.mp4", 0, 0, (bytes(MIB) for _ in range(64)), lambda size: None)
    archive.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pieces", [[b"a" * 10], [b"a" * 3, b"a" * 7], [b"a"] * 10, [b"", b"a" * 10, b""]])
def test_blocks_do_not_depend_on_the_pieces(pieces: list[bytes]) -> None:
    from hashlib import sha256

    blocks = Blocks(4)
    for piece in pieces:
        blocks.add(piece)
    assert blocks.done() == [sha256(b"a" * size).hexdigest() for size in (4, 4, 2)]
    assert blocks.whole.hexdigest() == sha256(b"a" * 10).hexdigest()
