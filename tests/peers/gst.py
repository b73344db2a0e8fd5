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
names = ("qtdemux", "h264parse", "aacparse", "rtph264pay", "rtpmp4gpay")
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
