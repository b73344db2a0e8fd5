"""A plugin with detectors that see a thing, crash, hang, and eat memory, laid out as a package of its own."""

from __future__ import annotations

import os
from pathlib import Path

from tests.rig.processes import ROOT

APPS = """
from core.api import PluginConfig, PluginMeta
class Config(PluginConfig):
    meta = PluginMeta(name="{name}", title="{name}", version="1.0", summary="Watches.")
"""
HOOKS = """
from core.api import DetectorSpec, EventTypeSpec, FrameRequest, Line, Zone, hookimpl
from pydantic import BaseModel, ConfigDict, Field
class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: int = Field(320, title="Width", description="Pixels")
    fps: float = Field(5.0, title="Rate", description="A second")
    stream: str = Field("main", title="Stream", description="Which")
    zones: list[Zone] = Field([], title="Zones", description="Where", max_length=4)
    lines: list[Line] = Field([], title="Lines", description="Across")
def opened(settings):
    from eyrie_{name}.detector import Detector
    return Detector(settings)
def wants(settings):
    return FrameRequest(stream=settings.stream, fps=settings.fps, width=settings.width)
@hookimpl
def register_event_types():
    yield EventTypeSpec("{name}.seen", "Something was seen")
    yield EventTypeSpec("{name}.moment", "Something happened")
@hookimpl
def register_detectors():
    yield DetectorSpec(
        "{name}", "{name}", Settings, wants, opened, ("{name}.seen", "{name}.moment"),
        preview=lambda detector: detector.picture, legend="As it was sent.",
    )
"""
SEER = """
from core.api import Occurrence, SeenObject, Sight
class Detector:
    def __init__(self, settings):
        self.looks = 0
    def look(self, seen):
        assert len(seen.pixels) == seen.width * seen.height, (len(seen.pixels), seen.width, seen.height)
        self.looks += 1
        self.picture = bytes(seen.pixels)
        left = (self.looks % 50) / 100
        thing = SeenObject("thing", 0.9, (left, 0.4, 0.2, 0.2))
        going_on = (Occurrence("seer.seen", "here", objects=(thing,)),) if self.looks % 20 < 10 else ()
        moments = (Occurrence("seer.moment"),) if self.looks % 20 == 5 else ()
        return Sight((thing,), going_on, moments, bytes([255]) + bytes(287))
    def close(self):
        pass
"""
IDLER = """
from core.api import Sight
STILL = Sight(moved=bytes(288))
class Detector:
    def __init__(self, settings):
        pass
    def look(self, seen):
        return STILL
    def close(self):
        pass
"""
ABORTER = """
import os
class Detector:
    def __init__(self, settings):
        pass
    def look(self, seen):
        os.abort()
    def close(self):
        pass
"""
SLEEPER = """
import time
class Detector:
    def __init__(self, settings):
        pass
    def look(self, seen):
        time.sleep(3600)
    def close(self):
        pass
"""
EATER = """
from core.api import NOTHING
class Detector:
    def __init__(self, settings):
        self.eaten = []
    def look(self, seen):
        self.eaten.append(bytearray(64 << 20))
        return NOTHING
    def close(self):
        pass
"""
DETECTORS = {"seer": SEER, "idler": IDLER, "aborter": ABORTER, "sleeper": SLEEPER, "eater": EATER}


def install(site: Path, *names: str) -> dict[str, str]:
    """Lay these plugins out in a folder; the EYRIE settings and path with which a system finds and enables them."""
    for name in names:
        info, package = site / f"eyrie_{name}-1.0.dist-info", site / f"eyrie_{name}"
        for folder in (info, package):
            folder.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: eyrie-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[eyrie.plugins]\n{name} = eyrie_{name}\n")
        texts = {"__init__": "", "apps": APPS, "hooks": HOOKS, "detector": DETECTORS[name]}
        for module, text in texts.items():
            (package / f"{module}.py").write_text(text.replace("{name}", name))
    return {
        "EYRIE_PLUGINS": ",".join(("local_disk", "rtsp", *names)),
        "EYRIE_DETECTOR_MEMORY": "256",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(site))),
    }
