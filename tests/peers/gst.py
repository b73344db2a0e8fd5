"""Starting GStreamer's RTSP server in tests.

from tests.peers.gst import gst_server

def test_…(gst_server):
    url = gst_server(file, loop=True, user="u", password="p")
"""

from __future__ import annotations

import selectors
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("gst_server.py")
READY_SECONDS = 30
_NEEDS = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
names = ("qtdemux", "h264parse", "aacparse", "rtph264pay", "rtpmp4gpay", "rtponviftimestamp", "mulawdec")
missing = [name for name in names if not Gst.ElementFactory.find(name)]
assert not missing, missing
"""


def why_not() -> str:
    """Why the server cannot run here, in one sentence; empty when it can."""
    try:
        check = subprocess.run([PYTHON, "-c", _NEEDS], capture_output=True, text=True, timeout=60, check=False)
    except OSError as error:
        return f"{PYTHON} cannot be run ({error}); install python3"
    if check.returncode == 0:
        return ""
    last = check.stderr.strip().splitlines()[-1] if check.stderr.strip() else f"exit code {check.returncode}"
    return (
        f"GStreamer's RTSP server is missing ({last}); install gir1.2-gst-rtsp-server-1.0 python3-gi "
        "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
    )


@dataclass(frozen=True, slots=True)
class Recorder:
    """A running gst_onvif_server. start_ms: when its archive begins; heard: what was said to it, raw 16 bits."""

    replay: str
    live: str
    start_ms: int
    heard: Path


@contextmanager
def running_gst_recorder(
    file: Path, heard: Path, *, times: int = 3, start_s: int = 1_700_000_000
) -> Iterator[Recorder]:
    """A file without sound as an archive, and live with a backchannel; see gst_onvif_server.py."""
    script = SCRIPT.with_name("gst_onvif_server.py")
    command = [PYTHON, str(script), str(file), "--start", str(start_s), "--times", str(times), "--heard", str(heard)]
    heard.touch()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            base = f"rtsp://127.0.0.1:{_port(process)}"
            yield Recorder(f"{base}/replay", f"{base}/live", start_s * 1000, heard)
        finally:
            process.kill()


@contextmanager
def running_gst_server(file: Path, *, loop: bool = False, user: str = "", password: str = "") -> Iterator[str]:
    """The URL of a file served by GStreamer, with its credentials in it."""
    command = [PYTHON, str(SCRIPT), str(file), *(["--loop"] if loop else [])]
    if user:
        command += ["--user", user, "--password", password]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = _port(process)
            login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
            yield f"rtsp://{login}127.0.0.1:{port}/clip"
        finally:
            process.kill()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(READY_SECONDS):
            raise TimeoutError("GStreamer's RTSP server did not get ready")
    word, _, port = process.stdout.readline().partition(" ")
    if word != "ready":
        raise RuntimeError(f"GStreamer's RTSP server ended with exit code {process.wait()}")
    return int(port)


@pytest.fixture
def gst_server() -> Iterator[Callable[..., str]]:
    """A factory: `gst_server(file, loop=…, user=…, password=…)` gives a URL; the server ends with the test."""
    if reason := why_not():
        pytest.skip(reason)
    with ExitStack() as servers:

        def start(file: Path, **options: object) -> str:
            return servers.enter_context(running_gst_server(file, **options))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def gst_recorder(tmp_path: Path) -> Iterator[Callable[..., Recorder]]:
    """A factory: `gst_recorder(file, times=…)` gives a Recorder that ends with the test."""
    if reason := why_not():
        pytest.skip(reason)
    with ExitStack() as recorders:

        def start(file: Path, **options: int) -> Recorder:
            return recorders.enter_context(running_gst_recorder(file, tmp_path / "heard.raw", **options))

        yield start
