"""A real broker: mosquitto."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.testing.certificates import self_signed
from plugins.mqtt.settings import BrokerSettings

MOSQUITTO = shutil.which("mosquitto") or next(
    (found for found in ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto") if Path(found).exists()), ""
)
USER, PASSWORD = "eyrie", "s3cret"
Start = Callable[..., BrokerSettings]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def listening(port: int, process: subprocess.Popen[bytes]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0 or process.poll() is not None


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    import threading
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        threading.Event().wait(0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(tls=True, signed_in=True)` starts a broker and gives the settings that reach it."""
    if not MOSQUITTO:
        pytest.skip("no mosquitto here; scripts/system-packages.sh installs it")
    with ExitStack() as stack:

        def begin(*, tls: bool = False, signed_in: bool = False, port: int = 0) -> BrokerSettings:
            port = port or free_port()
            lines = [f"listener {port} 127.0.0.1", f"allow_anonymous {str(not signed_in).lower()}", "persistence false"]
            if tls:
                certificate, key = self_signed(tmp_path)
                lines += [f"certfile {certificate}", f"keyfile {key}"]
            if signed_in:
                passwords = tmp_path / "passwords"
                passwords.write_text(f"{USER}:{PASSWORD}\n")
                subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
                lines.append(f"password_file {passwords}")
            if not tmp_path.stat().st_uid:
                lines.append("user root")  # else it steps down and cannot read the test's files
            config = tmp_path / f"{port}.conf"
            config.write_text("\n".join(lines) + "\n")
            process = subprocess.Popen([MOSQUITTO, "-c", config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            stack.callback(_end, process)
            wait_for(lambda: listening(port, process))
            assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
            given = {"host": "127.0.0.1", "port": port, "tls": tls, "verify_certificate": False}
            return BrokerSettings.model_validate(
                given | ({"username": USER, "password": PASSWORD} if signed_in else {})
            )

        yield begin


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.communicate(timeout=20)
