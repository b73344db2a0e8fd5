"""What every backup target must do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from core.hookspecs.backup import BackupError, BackupTarget, BackupTargetSpec, BackupTrouble, FarEntry
from core.testing.specs import check_descriptor

PATH = "Gate & Yard/2026-01-01/Tür 12.mp4"
FOLDER = "Gate & Yard/2026-01-01"
DATA = bytes(range(256)) * 4000
CUT = 300_001


class Cut(Exception):
    """The line is cut in the middle of a file."""


class BackupTargetContract:
    """Subclass it as `Test…`, give `spec`, and a fixture `settings` of a server that the test runs, with an empty
    folder. A server that is not there: `away`; one that refuses the sign-in: `refused`.
    """

    spec: BackupTargetSpec

    @pytest.fixture
    def settings(self) -> BaseModel:
        """Settings that work."""
        raise NotImplementedError

    @pytest.fixture
    def away(self, settings: BaseModel) -> BaseModel:
        """The same with nobody listening."""
        raise NotImplementedError

    @pytest.fixture
    def refused(self, settings: BaseModel) -> BaseModel:
        """The same with a wrong password."""
        raise NotImplementedError

    @pytest.fixture
    def target(self, settings: BaseModel) -> Iterator[BackupTarget]:
        """A connection."""
        found = self.spec.open(settings)
        yield found
        found.close()

    def test_descriptor_is_valid(self) -> None:
        """The host accepts the descriptor."""
        check_descriptor(self.spec)

    def test_file_comes_back_as_it_was_sent(self, target: BackupTarget, settings: BaseModel) -> None:
        """Whole, in any part, over another connection, and with the folders that it needs."""
        target.append(PATH, 0, iter([DATA[:CUT], DATA[CUT:]]))
        assert target.size(PATH) == len(DATA)
        again = self.spec.open(settings)
        assert b"".join(again.read(PATH, 0, len(DATA))) == DATA
        assert b"".join(again.read(PATH, 1000, 5000)) == DATA[1000:6000]
        assert b"".join(again.read(PATH, len(DATA) - 7, 100)) == DATA[-7:]
        assert again.size(PATH) == len(DATA)
        again.close()

    def test_file_is_replaced_from_its_beginning(self, target: BackupTarget) -> None:
        """Offset 0 begins anew; nothing of a longer file stays."""
        target.append(PATH, 0, [DATA])
        target.append(PATH, 0, [DATA[:10]])
        assert b"".join(target.read(PATH, 0, len(DATA))) == DATA[:10]

    def test_absent_file(self, target: BackupTarget) -> None:
        """Has no size, is deleted without complaint, and its folder is empty."""
        assert target.size(PATH) is None
        target.delete(PATH)
        assert target.entries(FOLDER) == []

    def test_deleted_file_is_gone(self, target: BackupTarget) -> None:
        """Afterwards it has no size."""
        target.append(PATH, 0, [DATA])
        target.delete(PATH)
        assert target.size(PATH) is None

    def test_entries_of_a_folder(self, target: BackupTarget) -> None:
        """Files with their sizes, folders without, each by its own name."""
        target.append(PATH, 0, [DATA])
        target.append(f"{FOLDER}/a.mp4", 0, [b"x"])
        assert target.entries("Gate & Yard") == [FarEntry("2026-01-01", True)]
        assert target.entries(FOLDER) == [FarEntry("Tür 12.mp4", False, len(DATA)), FarEntry("a.mp4", False, 1)]
        assert FarEntry("Gate & Yard", True) in target.entries("")

    def test_digest_is_right_or_not_known(self, target: BackupTarget) -> None:
        """What a server tells of a file must be true."""
        import hashlib

        target.append(PATH, 0, [DATA])
        assert target.digest(PATH) in (None, hashlib.sha256(DATA).hexdigest())

    def test_cut_file(self, target: BackupTarget, settings: BaseModel) -> None:
        """What cuts the sending comes through. What resumes goes on from what is there; else nothing is there."""
        with pytest.raises(Cut):
            target.append(PATH, 0, _torn())
        target.close()
        again = self.spec.open(settings)
        there = again.size(PATH)
        if not self.spec.resumes:
            assert there is None
            return
        assert there is not None and there <= CUT * 2
        again.append(PATH, there, [DATA[there:]])
        assert b"".join(again.read(PATH, 0, len(DATA))) == DATA
        again.rename(PATH, f"{FOLDER}/whole.mp4")
        assert (again.size(PATH), again.size(f"{FOLDER}/whole.mp4")) == (None, len(DATA))
        again.close()

    def test_server_is_away(self, away: BaseModel) -> None:
        """One clear sentence, and all copies wait."""
        target = self.spec.open(away)
        with pytest.raises(BackupError) as told:
            target.append(PATH, 0, [DATA])
        target.close()
        assert told.value.trouble is BackupTrouble.AWAY
        assert str(told.value).endswith(".")

    def test_sign_in_is_refused(self, refused: BaseModel) -> None:
        """Another trouble than being away: a person has to act."""
        target = self.spec.open(refused)
        with pytest.raises(BackupError) as told:
            target.size(PATH)
        target.close()
        assert told.value.trouble is BackupTrouble.REFUSED


def _torn() -> Iterator[bytes]:
    yield DATA[:CUT]
    yield DATA[CUT : 2 * CUT]
    raise Cut
