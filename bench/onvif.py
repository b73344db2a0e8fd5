"""What it costs to know ONVIF cameras: Eyrie's client, and onvif-zeep as its README shows it, on the same devices.

Each camera has an address of its own and wants HTTP digest. It is asked what a recorder has to know: its clock,
services, identity, profiles and stream, and one question each to PTZ, events and I/O, so that five of onvif-zeep's
documents are in use. *MB* is what the process grew by, from before the library was imported. Each side runs in a
process of its own. onvif-zeep knows no digest and is let in by its user name token; it is asked less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import harness
from onvif_devices import PASSWORD, USER

HERE = Path(__file__).resolve().parent
AT_ONCE = 8


def rss_mb() -> float:
    """Resident memory of this process, MB (proc(5), status)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def _hosts(number: int) -> list[str]:
    return [f"127.1.{one // 250}.{one % 250 + 1}" for one in range(number)]


def eyrie(cameras: int, port: int) -> dict[str, float]:
    """Know so many cameras, and keep them."""
    before, started, cpu = rss_mb(), time.monotonic(), time.process_time()
    from plugins.onvif.client.profiles import chosen, profiles, stream_uri
    from plugins.onvif.devices import device_of
    from plugins.onvif.identity import identity
    from plugins.onvif.settings import OnvifSettings

    def know(host: str) -> Any:
        device = device_of(OnvifSettings(address=f"{host}:{port}", user=USER, password=PASSWORD))
        device.read_clock()
        who = identity(device)
        channel = chosen(profiles(device), "")
        stream_uri(device, channel.main.token)
        device.call("device", "GetDeviceInformation")
        device.call("media", "GetVideoSources")
        device.call("ptz", "GetNodes")
        device.call("events", "GetServiceCapabilities")
        device.call("deviceio", "GetRelayOutputs")
        if who.maker != f"{host}:{port}":
            raise ValueError(f"{host} was answered by {who.maker}")
        return device

    with ThreadPoolExecutor(AT_ONCE) as pool:
        kept = list(pool.map(know, _hosts(cameras)))
    return _figures(len(kept), before, started, cpu)


def stock(cameras: int, port: int) -> dict[str, float]:
    """The same with onvif-zeep's own class, one after the other as its constructor blocks."""
    before, started, cpu = rss_mb(), time.monotonic(), time.process_time()
    sys.path.remove(str(HERE))  # where this file would be taken for the library
    make = import_module("onvif").ONVIFCamera
    kept = []
    for host in _hosts(cameras):
        camera = make(host, port, USER, PASSWORD)
        camera.devicemgmt.GetDeviceInformation()
        camera.create_media_service().GetProfiles()
        camera.create_ptz_service().GetNodes()
        camera.create_imaging_service()
        kept.append(camera)
    return _figures(len(kept), before, started, cpu)


def _figures(cameras: int, before: float, started: float, cpu: float) -> dict[str, float]:
    return {
        "cameras": cameras,
        "wall_s": round(time.monotonic() - started, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "mb": round(rss_mb() - before, 1),
    }


def _measured(side: str, cameras: int) -> dict[str, Any]:
    """One side in a process of its own, against devices in another."""
    with subprocess.Popen(
        [sys.executable, HERE / "onvif_devices.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as devices:
        port = devices.stdout.readline().strip() if devices.stdout else ""
        command = [sys.executable, __file__, "--side", side, "--cameras", str(cameras), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=harness.ROOT)
        devices.terminate()
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = harness.arguments(__doc__ or "")
    parser.add_argument("--cameras", type=int, default=0, help="with Eyrie; 500, with --quick 100")
    parser.add_argument("--stock", type=int, default=-1, help="with onvif-zeep's own class; 10, with --quick 3")
    parser.add_argument("--side", choices=("eyrie", "stock"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps({"eyrie": eyrie, "stock": stock}[options.side](options.cameras, options.port)))
        return
    cameras = options.cameras or (100 if options.quick else 500)
    others = options.stock if options.stock >= 0 else (3 if options.quick else 10)
    report = harness.begin("onvif", time.time_ns() // 1_000_000, cameras=cameras, stock=others, at_once=AT_ONCE)
    report.figures["eyrie"] = _measured("eyrie", cameras)
    if others:
        report.figures["onvif-zeep"] = _measured("stock", others)
    head = ("cameras", "wall_s", "cpu_s", "mb")
    rows = [(name, *(one[figure] for figure in head)) for name, one in report.figures.items()]
    harness.table(("client", *head), rows)
    report.write(options.json)


if __name__ == "__main__":
    main()
