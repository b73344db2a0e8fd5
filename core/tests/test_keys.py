"""The key file."""

from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Queue

import pytest

from core.configuration import ConfigurationError
from core.keys import secret_key


def _start(data: Path, barrier: Barrier, found: "Queue[str]") -> None:
    barrier.wait()
    found.put(secret_key(data))


def test_processes_that_start_together_agree_on_one_whole_key(tmp_path: Path) -> None:
    context = get_context("fork")
    barrier, found = context.Barrier(8), context.Queue()
    starters = [context.Process(target=_start, args=(tmp_path, barrier, found)) for _ in range(8)]
    for starter in starters:
        starter.start()
    keys = {found.get(timeout=20) for _ in starters}
    for starter in starters:
        starter.join()
    assert keys == {secret_key(tmp_path)}
    assert len(keys.pop()) > 50
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_the_key_is_the_owner_s_alone(tmp_path: Path) -> None:
    secret_key(tmp_path)
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"EYRIE_DATA: .*file/data cannot be used .*choose a directory"):
        secret_key(tmp_path / "file" / "data")


def test_an_empty_key_file_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(ConfigurationError, match="is empty"):
        secret_key(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
