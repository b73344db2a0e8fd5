"""An administrator takes the first steps, adds a camera by its picture, and looks after plugins, users, system."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.pluginhost.tests.packages import write_plugin
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.browser import enter, filled, sign_in
from tests.rig.processes import ROOT, eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWN = "correct horse battery 7"
HOOKS = """from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.api import Health, Level, PanelSpec, SettingsSpec, Slot, hookimpl


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = Field("mill", title="Host", description="Where it listens.")
    port: int = Field(80, ge=1, le=65535, title="Port", description="On which port.")
    token: SecretStr = Field(SecretStr(""), title="Token", description="Its secret.")
    loud: bool = Field(False, title="Loud", description="Whether it is loud.")


def tried(settings):
    return Health(Level.FAILED, "nobody is there") if settings.port == 81 else Health(Level.OK, "fine")


@hookimpl
def register_settings():
    yield SettingsSpec(Settings, test=tried)


def broken(request, camera_id):
    raise RuntimeError("the kettle is cold")


def well(request, camera_id):
    return {"camera_id": camera_id}


@hookimpl
def register_panels():
    yield PanelSpec("kettle", "Kettle", Slot.DASHBOARD, "nowhere.html", "system.view", broken)
    yield PanelSpec("cup", "Cup", Slot.CAMERA, "eyrie_tea/cup.html", "camera.view", well)
"""


@pytest.fixture
def park(simulator: Callable[..., ParkFace]) -> ParkFace:
    return simulator(SimulatedCamera("gate"))


@pytest.fixture
def tea(tmp_path: Path) -> dict[str, str]:
    """Settings of a system that has a plugin with a panel that raises and one that does not."""
    site = tmp_path / "site"
    write_plugin(site, "tea", hooks=HOOKS)
    write_plugin(site, "rust", hooks="1 / 0")
    cup = site / "eyrie_tea" / "templates" / "eyrie_tea" / "cup.html"
    cup.parent.mkdir(parents=True)
    cup.write_text("<p>Tea for camera {{ camera_id }}</p>")
    return {"PYTHONPATH": f"{ROOT}:{site}", "EYRIE_PLUGINS": "local_disk,rtsp,tea,rust"}


def fill_camera(window: Page, name: str, url: str, password: str = "") -> None:
    window.get_by_label("Name", exact=True).fill(name)
    window.get_by_label("Address", exact=True).fill(url)
    if password:
        window.get_by_label("User name").fill("viewer")
        window.get_by_label("Password", exact=True).fill(password)


def has_picture(window: Page, where: str) -> None:
    expect(window.locator(f"{where} img")).to_have_js_property("complete", True)
    assert window.locator(f"{where} img").evaluate("img => img.naturalWidth") > 0


def choose_password(window: Page) -> None:
    """The first step: too short a one is refused, a good one is taken."""
    expect(window.get_by_role("heading", name="Choose your password")).to_be_visible()
    filled(window)
    window.get_by_label("New password").fill("12345")
    expect(window.get_by_text("Too short")).to_be_visible()
    window.get_by_label("Once more").fill("12345")
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_role("alert").filter(visible=True)).to_contain_text("too short")
    window.get_by_label("New password").fill(OWN)
    expect(window.get_by_text("Strong")).to_be_visible()
    window.get_by_label("Once more").fill(OWN)
    window.get_by_role("button", name="Continue").click()


def test_the_first_steps_lead_from_the_one_time_password_to_a_recorded_camera(
    window: Page, new_system: Callable[..., RunningSystem], park: ParkFace, tmp_path: Path
) -> None:
    system = new_system(EYRIE_ADMIN_PASSWORD="", EYRIE_SEGMENT_SECONDS="5").start()
    one_time = re.search(r"one-time password (\S+)", system.log.read_text("utf-8"))
    assert one_time
    window.goto(system.url)
    expect(window.get_by_text("one-time password that Eyrie printed")).to_be_visible()
    sign_in(window, system, password=one_time.group(1))
    choose_password(window)
    system.password = OWN
    expect(window.get_by_label("Time zone")).to_have_value("Asia/Tokyo")  # the browser's own
    window.get_by_label("Time zone").fill("Mars/Base")
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_role("alert").filter(visible=True)).to_contain_text("no IANA time zone")
    window.get_by_label("Time zone").fill("Europe/Zurich")
    window.get_by_role("button", name="Continue").click()

    disk = tmp_path / "disk"
    disk.mkdir()
    expect(window.locator(".volume")).to_contain_text("free of")
    window.get_by_label("Use another folder").check()
    window.get_by_role("textbox", name="Folder").fill(str(disk / "absent"))
    expect(window.locator(".room")).to_contain_text("does not exist")
    window.get_by_role("textbox", name="Folder").fill(str(disk))
    expect(window.locator(".room")).to_contain_text("free of")
    window.get_by_role("button", name="Continue").click()

    expect(window.get_by_role("heading", name="Add the first camera")).to_be_visible()
    window.reload()
    expect(window.get_by_role("heading", name="Add the first camera")).to_be_visible()  # what is done is done
    filled(window)
    fill_camera(window, "Gate", park.url("gate") + "-absent")
    window.get_by_role("button", name="Connect and show picture").click()
    expect(window.locator(".outcome").get_by_role("alert")).to_be_visible(timeout=20_000)
    expect(window.get_by_role("button", name="Save without a picture")).to_be_visible()
    window.get_by_label("Address", exact=True).fill(park.url("gate"))
    window.get_by_role("button", name="Connect and show picture").click()
    has_picture(window, ".outcome")
    window.get_by_role("button", name="Save camera").click()
    expect(window.get_by_role("heading", name="Everything is set")).to_be_visible()

    camera = system.api.get("cameras/").json()["results"][0]
    system.wait_recording(camera["id"])
    assert camera["name"] == "Gate"
    eventually(lambda: any(disk.rglob("*.mp4")), 40, "recordings in the chosen folder", 0.5)
    window.get_by_role("link", name="Watch live").click()
    expect(window.locator("html")).to_have_attribute("data-time-zone", "Europe/Zurich")
    assert window.url == system.url + "/"
    filled(window)


def test_cameras_plugins_and_the_system_are_looked_after(
    window: Page, new_system: Callable[..., RunningSystem], park: ParkFace, tea: dict[str, str]
) -> None:
    system = new_system(**tea).start()
    enter(window, system)
    cameras(window, system, park)
    plugins(window, system)
    overview(window, system)


def cameras(window: Page, system: RunningSystem, park: ParkFace) -> None:
    window.goto(system.url + "/cameras/")
    window.get_by_role("link", name="Add the first camera").click()
    hostile = "<script>alert(1)</script>"
    fill_camera(window, hostile, park.url("gate"))
    window.get_by_role("button", name="Connect and show picture").click()
    has_picture(window, ".outcome")
    assert not system.api.get("cameras/").json()["results"]
    window.get_by_role("button", name="Save camera").click()
    expect(window.get_by_text("Tea for camera 1")).to_be_visible()
    expect(window.locator("#state")).to_have_text("Live")
    has_picture(window, "#picture")
    window.get_by_label("Name", exact=True).fill("")
    window.get_by_role("button", name="Save camera").click()
    expect(window.locator("camera-form").get_by_role("alert")).to_contain_text("Name: This field may not be blank.")
    window.get_by_label("Name", exact=True).fill(hostile)
    system.add_camera("Yard", "rtsp://127.0.0.1:9/nobody")
    window.goto(system.url + "/cameras/")
    rows = window.locator(".camera-row h2")
    expect(rows).to_have_text([hostile, "Yard"])
    expect(window.locator(".camera-row", has_text="Yard").locator(".state")).to_have_text("Not reachable, trying again")
    has_picture(window, ".camera-row:first-child .thumb")
    window.get_by_role("button", name="Move Yard up").click()
    expect(rows).to_have_text(["Yard", hostile])
    window.reload()
    expect(rows).to_have_text(["Yard", hostile])
    window.get_by_role("link", name="Yard").click()
    window.get_by_role("button", name="Remove camera").click()
    expect(window.get_by_role("alertdialog")).to_contain_text("all its recordings are deleted")
    window.get_by_role("alertdialog").get_by_role("button", name="Remove camera").click()
    expect(rows).to_have_text([hostile])


def plugins(window: Page, system: RunningSystem) -> None:
    window.goto(system.url + "/system/plugins/")
    rust = window.locator("[data-plugin=rust]")
    expect(rust.locator(".state")).to_have_text("Broken")
    expect(rust.locator(".errors")).to_contain_text("ZeroDivisionError")
    tea = window.locator("[data-plugin=tea]")
    tea.get_by_role("button", name="Settings").click()
    form = window.get_by_role("dialog")
    form.get_by_label("Port").fill("81")
    form.get_by_label("Token").fill("hush")
    form.get_by_role("button", name="Test and save").click()
    expect(form.get_by_role("alert").filter(visible=True)).to_have_text("nobody is there")
    form.get_by_label("Port").fill("70000")
    form.get_by_role("button", name="Test and save").click()
    expect(form.locator(".error").filter(visible=True)).to_contain_text("is too large; give at most 65535.")
    form.get_by_label("Port").fill("82")
    form.get_by_role("button", name="Test and save").click()
    expect(form).to_be_hidden()
    stored = system.api.get("plugins/tea/settings/").json()["values"]
    assert stored == {"host": "mill", "port": 82, "token": "********", "loud": False}
    tea.get_by_role("button", name="Switch off").click()
    expect(tea.get_by_text("At the next start")).to_be_visible()
    expect(window.locator("#restart")).to_be_visible()
    tea.get_by_role("button", name="Switch on").click()
    expect(window.locator("#restart")).to_be_hidden()


def overview(window: Page, system: RunningSystem) -> None:
    window.goto(system.url + "/system/")
    panel = window.locator("[data-panel=kettle]")
    expect(panel).to_contain_text("The plugin tea could not show this: RuntimeError: the kettle is cold")
    expect(window.locator("#processes tr")).not_to_have_count(0)
    expect(window.locator("#processes")).to_contain_text("recorder-0")
    expect(window.locator("#volumes .volume")).to_contain_text("free of")
    expect(window.locator("#cameras .badge")).to_have_text(["Live"])
    expect(window.locator("#processes")).to_contain_text(re.compile(r"\d\s%"), timeout=40_000)
    window.goto(system.url + "/system/plugins/")
    expect(window.locator("[data-plugin=tea] .state")).to_have_text("Works in part")
