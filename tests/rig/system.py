"""A whole running Eyrie: `manage.py serve` in a subprocess on its own data directory and port, spoken to by REST."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.rig.prepared import prepare
from tests.rig.processes import children, end, environment, eventually, manage, named, start

PASSWORD = "rig-rig-rig-1"  # noqa: S105 - of a throw-away system
HEALTHY_S = 60.0
PROOF_S = 300.0


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def rfc3339(ms: int) -> str:
    """UTC milliseconds as the API takes them."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms_of(text: str) -> int:
    """UTC milliseconds of an API time."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class RunningSystem:
    """Starts, asks and ends one Eyrie. `data` outlives it, so that a further one can start on what it left.

    log: what all its processes printed. settings: further EYRIE_* variables. password: the administrator's, to be
    changed by who changes it. fresh: it makes its databases itself, at its first start.
    """

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None, *, fresh: bool = False) -> None:
        self.data = data
        self.log = data.with_name(data.name + ".log")
        self.password = PASSWORD
        self.port = free_port()
        self.settings = {
            "EYRIE_PORT": str(self.port),
            "EYRIE_ADMIN_PASSWORD": PASSWORD,
            "EYRIE_PLUGINS": "local_disk,rtsp",
            "EYRIE_LOG_FORMAT": "text",
        } | dict(settings or {})
        self.process: subprocess.Popen[bytes] | None = None
        self.fresh = fresh
        self._client: httpx.Client | None = None
        self._proved = 0.0  # when it last showed who it is

    def start(self) -> RunningSystem:
        """Start and return when the API answers that it is healthy."""
        self.data.mkdir(parents=True, exist_ok=True)
        if not self.fresh and "EYRIE_DATABASE_URL" not in self.settings:
            prepare(self.data)
        self.launch()
        eventually(self.healthy, HEALTHY_S, f"health at {self.url}; see {self.log}")
        return self

    def launch(self) -> None:
        """Start without waiting."""
        self.process = start(self.data, "serve", extra=self.settings, log=self.log)

    def stop(self, timeout: float = 10) -> float:
        """Ask it to end; the seconds it took. Raises TimeoutError past the deadline, leaving nothing behind."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self.process is None or self.process.poll() is not None:
            return 0.0
        left = children(self.process.pid)
        try:
            return end(self.process, timeout)
        finally:
            _kill(left)

    def kill(self) -> None:
        """kill -9 of the supervisor alone; returns when it is gone. What its children do then is what is tested."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def url(self) -> str:
        scheme = "https" if self.settings.get("EYRIE_TLS") == "on" else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    @property
    def api(self) -> httpx.Client:
        """A client signed in as administrator, by the session that the portal uses too."""
        if self._client is None:
            client = httpx.Client(base_url=f"{self.url}/api/v1/", timeout=30, verify=False)  # noqa: S501  its own certificate
            client.post("auth/login/", json={"username": "admin", "password": self.password}).raise_for_status()
            (client.headers["X-CSRFToken"],) = (
                value for name, value in client.cookies.items() if name.endswith("csrftoken")
            )
            self._client, self._proved = client, time.monotonic()
        if time.monotonic() - self._proved > PROOF_S:  # dangerous acts want a newer one than ten minutes
            self._client.post("auth/fresh/", json={"password": self.password}).raise_for_status()
            self._proved = time.monotonic()
        return self._client

    def healthy(self) -> bool:
        """Whether the API answers. Raises RuntimeError when the supervisor has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"serve ended with {self.process.returncode}: {self.log.read_text('utf-8')[-2000:]}")
        try:
            answer = httpx.get(f"{self.url}/api/v1/health/", timeout=5, verify=False)  # noqa: S501  its own certificate
            return answer.status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def members(self, name: str) -> list[psutil.Process]:
        """The living processes below the supervisor of this name, such as "recorder-0", "web", "worker"."""
        assert self.process is not None
        return named(self.process.pid, name)

    def add_camera(self, name: str, url: str, **settings: Any) -> int:
        """Add an RTSP camera by REST; its id."""
        body = {"name": name, "driver": "rtsp", "settings": {"url": url, **settings}}
        answer = self.api.post("cameras/", json=body)
        if answer.status_code != httpx.codes.CREATED:
            raise AssertionError(f"{answer.status_code}: {answer.text}")
        found: int = answer.json()["id"]
        return found

    def status(self, camera: int) -> dict[str, Any]:
        """A camera's live state."""
        answer: dict[str, Any] = self.api.get(f"cameras/{camera}/status/").raise_for_status().json()
        return answer

    def wait_recording(self, camera: int, timeout: float = 20) -> None:
        """Return when the camera is being recorded."""
        eventually(lambda: self.status(camera)["recording"], timeout, f"camera {camera} recording; see {self.log}", 0.2)

    def timeline(self, camera: int, start_ms: int, end_ms: int) -> dict[str, Any]:
        """`ranges` and `gaps` of one camera."""
        query = {"camera": str(camera), "start": rfc3339(start_ms), "end": rfc3339(end_ms)}
        answer: dict[str, Any] = self.api.get("recordings/", params=query).raise_for_status().json()
        return answer

    def video(self, camera: int, start_ms: int, end_ms: int) -> bytes:
        """What was recorded in a range as one MP4."""
        query = {"start": rfc3339(start_ms), "end": rfc3339(end_ms)}
        return self.api.get(f"cameras/{camera}/video.mp4", params=query).raise_for_status().content

    def run(self, *arguments: str) -> str:
        """Run a management command on the same data."""
        return manage(self.data, *arguments, extra=self.settings)

    def environment(self) -> dict[str, str]:
        """For processes of a test's own on the same data."""
        return environment(self.data, self.settings)


def now_ms() -> int:
    """UTC milliseconds of this machine's clock, which is the cameras' and Eyrie's too."""
    return time.time_ns() // 1_000_000


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
