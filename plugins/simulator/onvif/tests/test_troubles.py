"""Each trouble is what it says: on the wire, and gone when it is healed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests
from lxml import etree

from plugins.simulator.onvif.markup import PREFIXES, find, tds, text
from plugins.simulator.onvif.tests.talking import Refused, Talker

Client = Callable[..., Talker]


def test_slow_is_about_one_service_when_told_so(client: Client) -> None:
    talker = client()
    talker.ask("tds", "GetUsers")
    talker.device.fault("slow", only="trt", seconds=0.5)
    began = time.monotonic()
    talker.ask("trt", "GetProfiles")
    assert time.monotonic() - began >= 0.5
    assert ("trt", "GetProfiles") in talker.device.calls


@pytest.mark.parametrize(("trouble", "status"), [("html", 200), ("gone", 404)])
def test_a_web_page_instead_of_an_answer(client: Client, trouble: str, status: int) -> None:
    talker = client()
    talker.device.fault(trouble, only="tev")
    answer = talker.post("tev", tds("GetServiceCapabilities"))
    assert answer.status_code == status and b"<html>" in answer.content
    assert answer.headers["Content-Type"] == "text/html"
    talker.ask("tds", "GetUsers")
    talker.device.clear()
    talker.ask("tev", "GetServiceCapabilities")


def test_a_fault_with_an_undeclared_prefix(client: Client) -> None:
    talker = client()
    talker.device.fault("prefix")
    answer = talker.post("tds", tds("GetUsers"))
    assert answer.status_code == 500
    assert b"ter:ActionNotSupported" in answer.content and b"xmlns:ter" not in answer.content
    talker.ask("tds", "GetSystemDateAndTime")


def test_elements_in_the_wrong_namespace(client: Client) -> None:
    talker = client()
    talker.device.fault("namespaces")
    answer = talker.post("tds", tds("GetSystemDateAndTime"))
    names = {etree.QName(node).namespace for node in find(etree.fromstring(answer.content), "Body")[0].iter()}
    assert names == {PREFIXES["tds"]}


@pytest.mark.parametrize(
    ("trouble", "told"), [("nat", "http://198.51.100.7:1080/"), ("lying", "http://127.0.0.1:80:80/")]
)
def test_false_addresses(client: Client, trouble: str, told: str) -> None:
    talker = client(checked=False)  # a doubled port is no URI
    talker.device.fault(trouble)
    offered = talker.ask("tds", "GetServices", tds("IncludeCapability", False))
    assert all(text(service, "XAddr").startswith(told) for service in offered)


def test_off_closes_connections(client: Client) -> None:
    talker = client()
    talker.device.fault("off")
    with pytest.raises(requests.ConnectionError):
        talker.ask("tds", "GetSystemDateAndTime")
    talker.device.clear()
    talker.ask("tds", "GetSystemDateAndTime")


def test_silent_never_answers(client: Client) -> None:
    talker = client()
    talker.device.fault("silent", only="trt")
    with pytest.raises(requests.ReadTimeout):
        talker.session.post(f"http://{talker.device.address}/onvif/media_service", b"", timeout=0.5)


def test_another_password_is_for_rtsp_too(client: Client) -> None:
    talker = client()
    talker.device.set_password("Other-34")
    with pytest.raises(Refused):
        talker.ask("trt", "GetProfiles")
    park = talker.device.device.park
    assert park.mounts("gate")[0].users == {"admin": "Other-34"}
