"""What a running Eyrie holds for itself."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.supervisor import place
from core.supervisor.place import Occupied, claim_data, claim_port


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ATTEMPTS", 2)


def test_a_data_directory_has_one_holder_and_the_second_is_told_which(tmp_path: Path) -> None:
    handle = claim_data(tmp_path)
    with pytest.raises(Occupied, match=rf"another Eyrie \(process {os.getpid()}\) runs on .*; stop it"):
        claim_data(tmp_path)
    os.close(handle)
    os.close(claim_data(tmp_path))


def test_a_killed_holder_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time; from core.supervisor.place import *; claim_data(Path(sys.argv[1])); print(); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(Occupied, match=f"process {holder.pid}"):
        claim_data(tmp_path)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    os.close(claim_data(tmp_path))


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Occupied, match=rf"^EYRIE_PORT: port {port} on 127.0.0.1 is in use; stop .* or choose"):
            claim_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(Occupied, match=r"^EYRIE_HOST: cannot listen on 192\.0\.2\.1 .*; choose an address"):
        claim_port("192.0.2.1", 8600)


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Occupied, match=r"^EYRIE_DATA: .* cannot be used \(.*\); choose a directory"):
        claim_data(tmp_path / "file")
