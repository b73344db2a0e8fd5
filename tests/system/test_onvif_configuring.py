"""Settings of a simulated device, read and changed over real HTTP."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from core.api.services import site
from plugins.onvif.client.device import Device
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, name_of
from plugins.onvif.configuring import sections
from plugins.onvif.configuring.model import Change, Section, Value, WrongValues
from plugins.onvif.configuring.sections import Unconfirmed
from plugins.onvif.configuring.zones import posix_zone
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.onvif.tests.schemas import complaints
from plugins.simulator.testing import DeviceFace, Trouble, onvif_device, simulator, simulator_cache
from webapp.texts import catalogue

__all__ = ["onvif_device", "simulator", "simulator_cache"]
Devices = Callable[..., DeviceFace]
FIRST, SECOND = "Geheim-1", "Geheim-2"  # passwords of throw-away devices


def settings_of(device: DeviceFace) -> OnvifSettings:
    return OnvifSettings(address=device.address, user=device.user, password=device.password)


def streams(device: DeviceFace) -> Section:
    return sections.read(settings_of(device), "streams")


def changed(device: DeviceFace, section: str, **values: Value) -> Change:
    return sections.change(settings_of(device), section, {name.replace("__", "."): one for name, one in values.items()})


@pytest.mark.parametrize("generation", ["media2", "media"])
def test_streams_are_read_with_the_options_of_the_device(onvif_device: Devices, generation: str) -> None:
    device = onvif_device()
    if generation == "media":
        device.fault(Trouble.GONE, only="tr2")
    section = streams(device)
    assert [group.name for group in section.groups] == ["main", "sub"]
    for name in ("encoding", "resolution", "fps", "bitrate", "gop", "profile", "quality"):
        assert section.values[f"main.{name}"] is not None, name
    gop, codec = section.field("main.gop"), section.field("main.encoding")
    assert gop is not None
    assert codec is not None
    assert (gop.limits.low, gop.limits.high) == (1, 120)
    codecs = [one.value for one in codec.limits.choices]
    assert codecs == (["H264", "H265"] if generation == "media2" else ["H264"])


@pytest.mark.parametrize("generation", ["media2", "media"])
def test_a_group_of_pictures_is_set_and_read_back(onvif_device: Devices, generation: str) -> None:
    device = onvif_device()
    if generation == "media":
        device.fault(Trouble.GONE, only="tr2")
    before = streams(device).values["main.gop"]
    change = changed(device, "streams", main__gop=7)
    assert change.changed == {"main.gop": (before, 7)}
    assert (change.notes, change.refused) == ((), {})
    prefix = "tr2" if generation == "media2" else "trt"
    assert device.calls.count((prefix, "SetVideoEncoderConfiguration")) == 1
    changed(device, "streams", main__gop=7)
    assert device.calls.count((prefix, "SetVideoEncoderConfiguration")) == 1, "it has it already"


def test_what_the_device_does_not_offer_is_not_sent(onvif_device: Devices) -> None:
    device = onvif_device()
    with pytest.raises(WrongValues) as wrong:
        changed(device, "streams", main__gop=500, main__fps=1000, sub__resolution="1x1", main__colour="red")
    sentences = wrong.value.sentences
    assert sentences["main.gop"] == "The camera takes 1 to 120 here."
    assert sentences["main.fps"].startswith("The camera takes ")
    assert sentences["main.colour"] == "This cannot be set on the camera."
    assert "sub.resolution" in sentences
    assert ("tr2", "SetVideoEncoderConfiguration") not in device.calls


def test_a_new_codec_takes_a_profile_that_it_has(onvif_device: Devices) -> None:
    device = onvif_device()
    changed(device, "streams", main__profile="High")
    change = changed(device, "streams", main__encoding="H265")
    assert change.section.values["main.encoding"] == "H265"
    assert change.section.values["main.profile"] == "Main"
    assert change.notes == ("Codec profile (Main stream): now Main, before High.",)


def test_the_picture_is_set_part_by_part(onvif_device: Devices) -> None:
    device = onvif_device()
    section = sections.read(settings_of(device), "picture")
    assert {"levels", "night", "light", "exposure", "focus"} <= {group.name for group in section.groups}
    change = changed(device, "picture", levels__brightness=70, night__filter="ON", exposure__mode="MANUAL")
    assert (change.refused, change.notes) == ({}, ())
    assert change.section.values["levels.brightness"] == 70
    assert change.section.values["night.filter"] == "ON"
    assert device.calls.count(("timg", "SetImagingSettings")) == 1


def test_a_device_that_wants_all_settings_at_once_gets_them(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.WHOLE)
    assert changed(device, "picture", levels__contrast=33).section.values["levels.contrast"] == 33
    assert device.calls.count(("timg", "SetImagingSettings")) == 2
    assert changed(device, "picture", levels__contrast=34).section.values["levels.contrast"] == 34
    assert device.calls.count(("timg", "SetImagingSettings")) == 3, "it is known now"
    assert changed(device, "streams", main__gop=9).refused == {}


def test_what_the_device_made_of_it_is_told(onvif_device: Devices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "SETTLE_S", 0.01)
    device = onvif_device()
    before = streams(device).values["main.gop"]
    device.fault(Trouble.STUBBORN)
    change = changed(device, "streams", main__gop=9)
    assert change.changed == {}
    assert change.notes == (f"Keyframe every (Main stream): the camera set {before} pictures, not 9 pictures.",)


def test_what_a_device_refuses_is_told_at_the_field(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.HALF)
    change = changed(device, "picture", levels__contrast=33)
    assert change.refused == {"levels.contrast": "The device does not offer this."}
    assert change.changed == {}
    assert sections.read(settings_of(device), "streams").fields


def test_a_device_without_a_service_says_so_in_a_line(onvif_device: Devices) -> None:
    device = onvif_device(lacks={"timg", "tr2"})
    assert sections.read(settings_of(device), "picture").missing == "The camera does not offer this over ONVIF."
    assert changed(device, "streams", sub__gop=5).section.values["sub.gop"] == 5


def test_options_that_are_missing_leave_fields_that_are_tried(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.BARE)
    section = streams(device)
    assert section.field("main.fps") is not None
    assert changed(device, "streams", main__gop=9).section.values["main.gop"] == 9
    assert changed(device, "picture", levels__contrast=33).section.values["levels.contrast"] == 33


def acted(device: DeviceFace, section: str, act: str, **values: Value) -> Change:
    return sections.act(
        settings_of(device), section, act, {name.replace("__", "."): one for name, one in values.items()}
    )


def test_texts_are_put_on_the_picture_changed_and_removed(onvif_device: Devices) -> None:
    device = onvif_device()
    section = acted(device, "text", "add", new__kind="Plain", new__text="Gate", new__place="UpperLeft").section
    group = section.groups[0].name
    assert section.values[f"{group}.text"] == "Gate"
    with pytest.raises(WrongValues, match="needed"):
        acted(device, "text", "add", new__kind="Plain", new__place="UpperLeft")
    dated = sections.change(
        settings_of(device), "text", {f"{group}.kind": "DateAndTime", f"{group}.place": "LowerLeft"}
    )
    assert (dated.refused, dated.section.values[f"{group}.kind"]) == ({}, "DateAndTime")
    assert dated.section.values[f"{group}.place"] == "LowerLeft"
    remove = next(one.name for one in dated.section.acts if one.group == group)
    assert acted(device, "text", remove).section.groups == ()


@pytest.mark.django_db
def test_the_clock_takes_a_server_and_the_zone_of_the_site(onvif_device: Devices) -> None:
    device = onvif_device()
    device.set_clock(3_600_000)
    section = sections.read(settings_of(device), "time")
    assert float(section.values["clock.ahead"] or 0) == pytest.approx(3600, abs=5)
    change = changed(device, "time", server__dhcp=False, server__names="10.0.0.1, time.example", clock__source="NTP")
    assert (change.refused, change.notes) == ({}, ())
    assert change.section.values["server.names"] == "10.0.0.1, time.example"
    zone = acted(device, "time", "zone").section.values["zone.name"]
    assert zone == posix_zone(site().time_zone)
    device.set_clock(3_600_000)
    after = acted(device, "time", "now").section.values
    assert float(after["clock.ahead"] or 0) == pytest.approx(0, abs=5)
    assert after["clock.source"] == "Manual"


def test_zones_are_told_as_cameras_read_them() -> None:
    assert posix_zone("Europe/Berlin") == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert posix_zone("Asia/Dubai") == "UTC-4"
    assert posix_zone("No/Where") == posix_zone("../../etc/passwd") == ""


def test_names_and_servers_of_the_network_are_set(onvif_device: Devices) -> None:
    device = onvif_device()
    change = changed(device, "network", name__host="north", dns__dhcp=False, dns__servers="10.0.0.53", name__dhcp=False)
    assert (change.refused, change.notes) == ({}, ())
    assert (change.section.values["name.host"], change.section.values["dns.servers"]) == ("north", "10.0.0.53")


def test_an_address_is_changed_once_that_is_confirmed_and_eyrie_follows(onvif_device: Devices) -> None:
    device = onvif_device()
    section = sections.read(settings_of(device), "network")
    group = next(one.name for one in section.groups if one.name.startswith("if-"))
    values: dict[str, Value] = {f"{group}.dhcp": False, f"{group}.address": "127.0.0.2", f"{group}.prefix": 8}
    with pytest.raises(Unconfirmed, match="Address"):
        sections.change(settings_of(device), "network", values)
    assert ("tds", "SetNetworkInterfaces") not in device.calls
    change = sections.change(settings_of(device), "network", values, confirmed=True)
    assert str(change.follow["address"]).startswith("127.0.0.2:")
    assert change.section.values[f"{group}.address"] == "127.0.0.2"


def test_users_are_added_changed_and_removed(onvif_device: Devices) -> None:
    device = onvif_device()
    section = acted(device, "users", "add", new__name="anna", new__password=FIRST, new__level="Operator").section
    assert section.values["user-anna.level"] == "Operator"
    assert changed(device, "users", **{"user-anna__level": "User"}).section.values["user-anna.level"] == "User"
    acted(device, "users", "password:anna", new__password=SECOND)
    as_anna = OnvifSettings(address=device.address, user="anna", password=SecretStr(SECOND))
    assert sections.read(as_anna, "device").values["about.model"]
    section = acted(device, "users", "remove:anna").section
    assert [group.title for group in section.groups] == [device.user]
    with pytest.raises(KeyError):
        acted(device, "users", f"remove:{device.user}")


def test_the_password_of_eyrie_follows_once_it_lets_in(onvif_device: Devices) -> None:
    device = onvif_device()
    change = acted(device, "users", f"password:{device.user}", new__password=FIRST)
    assert change.follow == {"password": FIRST}
    device.fault(Trouble.STUBBORN)
    now = settings_of(device).model_copy(update={"password": SecretStr(FIRST)})
    with pytest.raises(OnvifError, match="does not let the new password in"):
        sections.act(now, "users", f"password:{device.user}", {"new.password": SECOND})


def test_a_device_is_told_what_it_is_and_restarted(onvif_device: Devices) -> None:
    device = onvif_device()
    assert sections.read(settings_of(device), "device").values["about.firmware"] == "1.0.0"
    change = acted(device, "device", "restart")
    assert change.notes == ("The camera restarts.",)
    assert ("tds", "SystemReboot") in device.calls


@pytest.mark.django_db
def test_every_title_is_said_in_every_language(onvif_device: Devices) -> None:
    device = onvif_device()
    acted(device, "text", "add", new__kind="Plain", new__text="Gate", new__place="Custom", new__x=0, new__y=0)
    titles: set[str] = set()
    for name in sections.PARTS:
        section = sections.read(settings_of(device), name)
        fields = [*section.fields, *(field for act in section.acts for field in act.fields)]
        titles |= {section.title, *(act.title for act in section.acts)}
        titles |= {group.title for group in section.groups if name not in ("users", "network", "text")}
        titles |= {text for field in fields for text in (field.title, field.unit, field.hint) if text}
        titles |= {one.title for field in fields for one in field.limits.choices if one.word}
    known = catalogue("de")
    assert {title for title in titles if title not in known} == set()


@pytest.mark.django_db
def test_what_is_sent_fits_the_schemas(onvif_device: Devices, monkeypatch: pytest.MonkeyPatch) -> None:
    device = onvif_device(lacks={"tr2"})
    sent: list[Element] = []
    ask = Device.ask

    def recorded(self: Device, service: str, body: Element, **more: Any) -> Element:
        sent.append(copy.deepcopy(body))
        return ask(self, service, body, **more)

    monkeypatch.setattr(Device, "ask", recorded)
    changed(device, "streams", main__gop=9, main__fps=5, sub__bitrate=100, sub__profile="High")
    changed(device, "picture", levels__contrast=33, night__filter="OFF", white__mode="MANUAL", exposure__mode="MANUAL")
    group = acted(device, "text", "add", new__kind="Plain", new__text="A", new__place="Custom", new__x=0.5, new__y=0)
    name = group.section.groups[0].name
    sections.change(settings_of(device), "text", {f"{name}.kind": "DateAndTime", f"{name}.place": "UpperLeft"})
    acted(device, "text", f"remove:{name.removeprefix('osd-')}")
    changed(
        device, "time", clock__source="NTP", zone__name="CET-1", server__dhcp=False, server__names="a.example, 10.0.0.1"
    )
    acted(device, "time", "now")
    changed(device, "network", name__dhcp=False, name__host="north", dns__dhcp=False, dns__servers="10.0.0.5")
    changed(device, "network", name__dhcp=True)
    acted(device, "users", "add", new__name="anna", new__password=FIRST, new__level="User")
    changed(device, "users", **{"user-anna__level": "Operator"})
    acted(device, "users", "remove:anna")
    acted(device, "device", "restart")
    wrong = {name_of(body): why for body in sent if (why := complaints(body))}
    assert wrong == {}
    assert len({name_of(body) for body in sent if not name_of(body).startswith("Get")}) >= 13


def test_a_device_that_answers_nonsense_for_one_section_says_so_in_a_line(onvif_device: Devices) -> None:
    device = onvif_device()
    device.fault(Trouble.HTML, only="timg")
    missing = sections.read(settings_of(device), "picture").missing
    assert missing.startswith("The camera does not tell these settings: The device answered with a web page")
    assert streams(device).fields
