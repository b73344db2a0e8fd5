"""The device's own service, and who may use it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests

from plugins.simulator.onvif.markup import find_all, tds, text, tt
from plugins.simulator.onvif.tests.talking import Refused, Talker, token

Client = Callable[..., Talker]
READING = [
    "GetCapabilities",
    "GetDeviceInformation",
    "GetEndpointReference",
    "GetHostname",
    "GetNTP",
    "GetNetworkInterfaces",
    "GetNetworkProtocols",
    "GetRelayOutputs",
    "GetScopes",
    "GetServiceCapabilities",
    "GetSystemDateAndTime",
    "GetUsers",
]


def test_every_reading_answer_fits_the_schema(client: Client) -> None:
    talker = client()
    for operation in READING:
        talker.ask("tds", operation)
    offered = talker.ask("tds", "GetServices", tds("IncludeCapability", True))
    assert all(text(service, "XAddr").startswith(f"http://{talker.device.address}/onvif/") for service in offered)
    assert len(offered) >= 2


def test_the_clock_is_told_to_everybody_and_may_be_wrong(client: Client) -> None:
    talker = client()
    talker.session.auth = None
    talker.device.set_clock(-86_400_000)
    told = talker.ask("tds", "GetSystemDateAndTime")
    day = int(text(told, "SystemDateAndTime/UTCDateTime/Date/Day"))
    assert day == (datetime.now(UTC) - timedelta(days=1)).day


@pytest.mark.parametrize("asking", ["both", "digest", "sha256"])
def test_digest_opens_and_a_wrong_password_does_not(client: Client, asking: str) -> None:
    talker = client(asking=asking)
    assert text(talker.ask("tds", "GetDeviceInformation"), "Manufacturer") == "Eyrie"
    talker.session.auth = requests.auth.HTTPDigestAuth("admin", "wrong")
    with pytest.raises(Refused) as refused:
        talker.ask("tds", "GetDeviceInformation")
    assert refused.value.status == 401 and "ter:NotAuthorized" in refused.value.codes


def test_two_challenges_have_nonces_of_their_own(client: Client) -> None:
    talker = client(asking="two")
    talker.session.auth = None
    answer = talker.post("tds", tds("GetUsers"))
    lines = answer.raw.headers.getlist("WWW-Authenticate")
    assert [line.rpartition("algorithm=")[2] for line in lines] == ["SHA-256", "MD5"]
    assert len({line.partition("nonce=")[2].split(",")[0] for line in lines}) == 2


@pytest.mark.parametrize("asking", ["both", "token"])
def test_a_token_counts_once_and_within_its_time(client: Client, asking: str) -> None:
    talker = client(asking=asking)
    talker.session.auth = None
    once = token("admin", talker.device.password)
    assert talker.post("tds", tds("GetUsers"), header=once).status_code == 200
    again = token("admin", talker.device.password, datetime.now(UTC) - timedelta(minutes=6))
    late = talker.post("tds", tds("GetUsers"), header=again)
    assert late.status_code == (401 if asking == "both" else 400)
    talker.device.set_clock(-360_000)
    again = token("admin", talker.device.password, datetime.now(UTC) - timedelta(minutes=6))
    assert talker.post("tds", tds("GetUsers"), header=again).status_code == 200


def test_too_many_wrong_passwords_lock(client: Client) -> None:
    talker = client()
    talker.session.auth = None
    for _ in range(5):
        assert talker.post("tds", tds("GetUsers"), header=token("admin", "wrong")).status_code == 401
    right = talker.post("tds", tds("GetUsers"), header=token("admin", talker.device.password))
    assert right.status_code == 401 and b"locked" in right.content
    talker.device.clear()
    right = talker.post("tds", tds("GetUsers"), header=token("admin", talker.device.password))
    assert right.status_code == 200


def test_users_come_change_and_go(client: Client) -> None:
    talker = client()
    new = tds("User", tt("Username", "ann"), tt("Password", "Pass-word1"), tt("UserLevel", "Operator"))
    talker.ask("tds", "CreateUsers", new)
    with pytest.raises(Refused, match="UsernameClash"):
        talker.ask("tds", "CreateUsers", new)
    listed = find_all(talker.ask("tds", "GetUsers"), "User")
    assert [(text(user, "Username"), text(user, "UserLevel")) for user in listed][1] == ("ann", "Operator")
    with pytest.raises(Refused, match="FixedUser"):
        talker.ask("tds", "DeleteUsers", tds("Username", "admin"))
    talker.ask("tds", "DeleteUsers", tds("Username", "ann"))
    assert len(talker.ask("tds", "GetUsers")) == 1


def test_what_is_set_is_told(client: Client) -> None:
    talker = client()
    talker.ask("tds", "SetHostname", tds("Name", "north"))
    assert text(talker.ask("tds", "GetHostname"), "HostnameInformation/Name") == "north"
    talker.ask("tds", "SetNTP", tds("FromDHCP", False), tds("NTPManual", tt("Type", "DNS"), tt("DNSname", "time.lan")))
    assert text(talker.ask("tds", "GetNTP"), "NTPInformation/NTPManual/DNSname") == "time.lan"
    day = tt("Date", tt("Year", 2020), tt("Month", 2), tt("Day", 29))
    hour = tt("Time", tt("Hour", 1), tt("Minute", 2), tt("Second", 3))
    talker.ask(
        "tds",
        "SetSystemDateAndTime",
        tds("DateTimeType", "Manual"),
        tds("DaylightSavings", False),
        tds("UTCDateTime", hour, day),
    )
    assert text(talker.ask("tds", "GetSystemDateAndTime"), "SystemDateAndTime/UTCDateTime/Date/Year") == "2020"


def test_what_it_cannot_do_is_said(client: Client) -> None:
    talker = client()
    with pytest.raises(Refused, match="ActionNotSupported") as refused:
        talker.ask("tds", "SetScopes")
    assert refused.value.status == 500
    answer = talker.session.post(f"http://{talker.device.address}/onvif/device_service", b"<nonsense", timeout=20)
    assert answer.status_code == 400 and b"WellFormed" in answer.content
    assert talker.session.get(f"http://{talker.device.address}/elsewhere", timeout=20).status_code == 404


def test_it_reboots_and_moves(client: Client) -> None:
    talker = client()
    talker.ask("tds", "SystemReboot")
    talker.device.restart(port=0)
    assert text(talker.ask("tds", "GetDeviceInformation"), "SerialNumber").startswith("SIM")
