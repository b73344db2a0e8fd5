"""Pull points: states, pulses, leases, and what real devices do wrong with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from plugins.simulator.onvif.markup import Element, Maker, find, find_all, tev, text, tmd, trt, tt, wsa, wsnt
from plugins.simulator.onvif.tests.talking import Refused, Talker

Client = Callable[..., Talker]


def subscribed(talker: Talker, lease: str = "PT60S") -> str:
    """The path of a new pull point."""
    made = talker.ask("tev", "CreatePullPointSubscription", tev("InitialTerminationTime", lease))
    return "/onvif/" + text(made, "SubscriptionReference/Address").rpartition("/onvif/")[2]


def pulled(talker: Talker, path: str, timeout: str = "PT10S") -> list[Element]:
    answer = talker.ask("tev", "PullMessages", tev("Timeout", timeout), tev("MessageLimit", 50), path=path)
    return find_all(answer, "NotificationMessage")


def told(message: Element) -> tuple[str, str, str]:
    """Topic without prefix, operation and value of a notification."""
    inner = find(message, "Message/Message")
    item = find(inner, "Data/SimpleItem")
    return text(message, "Topic").partition(":")[2], inner.get("PropertyOperation") or "", item.get("Value")


def test_readings_fit_the_schema(client: Client) -> None:
    talker = client()
    talker.ask("tev", "GetServiceCapabilities")
    topics = find(talker.ask("tev", "GetEventProperties"), "TopicSet")
    assert (
        find(topics, "RuleEngine/CellMotionDetector/Motion/MessageDescription/Data/SimpleItemDescription") is not None
    )
    assert find(topics, "Weather/Gust") is not None


def test_states_come_first_then_changes_and_pulses(client: Client) -> None:
    talker = client()
    path = subscribed(talker)
    first = [told(message) for message in pulled(talker, path)]
    assert ("RuleEngine/CellMotionDetector/Motion", "Initialized", "false") in first
    assert {operation for _, operation, _ in first} == {"Initialized"}
    talker.device.tell("motion", True)
    talker.device.tell("motion", True)  # no change, no news
    talker.device.tell("line", 7)
    talker.device.set_input("1", True)
    assert [told(message) for message in pulled(talker, path)] == [
        ("RuleEngine/CellMotionDetector/Motion", "Changed", "true"),
        ("RuleEngine/LineDetector/Crossed", "", "7"),
        ("Device/Trigger/DigitalInput", "Changed", "true"),
    ]
    talker.ask("tev", "SetSynchronizationPoint", path=path)
    again = [told(message) for message in pulled(talker, path)]
    assert ("RuleEngine/CellMotionDetector/Motion", "Initialized", "true") in again


def test_pull_waits_until_something_comes(client: Client) -> None:
    talker = client()
    path = subscribed(talker)
    pulled(talker, path)
    threading.Timer(0.3, talker.device.tell, ("tamper", True)).start()
    began = time.monotonic()
    assert told(pulled(talker, path, "PT30S")[0])[0] == "VideoSource/GlobalSceneChange/ImagingService"
    assert time.monotonic() - began < 25
    assert pulled(talker, path, "PT0.1S") == []


def test_a_lease_is_renewed_ended_and_runs_out(client: Client) -> None:
    talker = client()
    path = subscribed(talker)
    talker.ask("wsnt", "Renew", wsnt("TerminationTime", "PT120S"), path=path)
    talker.ask("wsnt", "Unsubscribe", path=path)
    with pytest.raises(Refused, match="ResourceUnknown"):
        pulled(talker, path)
    path = subscribed(talker, "PT0.05S")
    time.sleep(0.1)
    assert talker.device.subscriptions() == 0
    with pytest.raises(Refused, match="ResourceUnknown"):
        pulled(talker, path)
    with pytest.raises(Refused, match="UnacceptableInitial"):
        subscribed(talker, "PT7200S")


def test_dead_clients_hold_all_slots(client: Client) -> None:
    talker = client()
    talker.device.fault("full")
    with pytest.raises(Refused, match="MaximumNumberOfSubscriptions"):
        subscribed(talker)
    talker.device.clear()
    assert subscribed(talker)


def test_a_storm_of_empty_answers(client: Client) -> None:
    talker = client()
    path = subscribed(talker)
    talker.device.fault("storm")
    began = time.monotonic()
    assert [pulled(talker, path, "PT60S") for _ in range(5)] == [[]] * 5
    assert time.monotonic() - began < 30


def test_empty_notifications(client: Client) -> None:
    talker = client(checked=False)
    path = subscribed(talker)
    talker.device.fault("empty")
    assert {len(message) for message in pulled(talker, path)} == {0}


def test_an_id_that_must_be_echoed(client: Client) -> None:
    talker = client()
    talker.device.fault("references")
    made = talker.ask("tev", "CreatePullPointSubscription")
    number = find(made, "SubscriptionReference/ReferenceParameters/SubscriptionId")
    path = "/onvif/event_service/subscriptions"
    with pytest.raises(Refused, match="ResourceUnknown"):
        pulled(talker, path)
    echoed = Maker("tnssim")("SubscriptionId", number.text)
    answer = talker.post(
        "tev", tev("PullMessages", tev("Timeout", "PT1S"), tev("MessageLimit", 9)), header=echoed, path=path
    )
    assert answer.status_code == 200 and b"NotificationMessage" in answer.content


def test_renewing_wants_addressing(client: Client) -> None:
    talker = client()
    path = subscribed(talker)
    talker.device.fault("addressing")
    with pytest.raises(Refused, match="MessageAddressingHeaderRequired"):
        talker.ask("wsnt", "Renew", wsnt("TerminationTime", "PT120S"), path=path)
    action = wsa("Action", "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest")
    renewed = talker.post("wsnt", wsnt("Renew", wsnt("TerminationTime", "PT120S")), header=action, path=path)
    assert renewed.status_code == 200


def test_a_scene_is_told_when_it_is_seen(client: Client) -> None:
    """The yard's people are motion, persons and crossings of the line, at the time of the pictures."""
    talker = client(camera={"scene": "yard", "seconds": 4, "fps": 10, "sub": False})
    path = subscribed(talker)
    kinds: set[str] = set()
    began = time.monotonic()
    while len(kinds) < 3 and time.monotonic() - began < 30:
        messages = [told(message) for message in pulled(talker, path)]
        kinds |= {topic.rpartition("/")[2] for topic, operation, _ in messages if operation != "Initialized"} & {
            "Motion",
            "Crossed",
            "PeopleDetect",
        }
    assert kinds == {"Motion", "Crossed", "PeopleDetect"}


def test_inputs_and_relays(client: Client) -> None:
    talker = client()
    for operation in (
        "GetServiceCapabilities",
        "GetDigitalInputs",
        "GetRelayOutputs",
        "GetRelayOutputOptions",
        "GetVideoSources",
    ):
        talker.ask("tmd", operation)
    path = subscribed(talker)
    pulled(talker, path)

    def switch(state: str) -> Any:
        return talker.ask("tds", "SetRelayOutputState", trt("RelayOutputToken", "1"), trt("LogicalState", state))

    switch("active")
    assert talker.device.relays() == {"1": True, "2": False}
    assert told(pulled(talker, path)[0]) == ("Device/Trigger/Relay", "Changed", "active")
    properties = tt("Properties", tt("Mode", "Monostable"), tt("DelayTime", "PT0.2S"), tt("IdleState", "open"))
    talker.ask("tmd", "SetRelayOutputSettings", tmd("RelayOutput", properties, token="2"))  # noqa: S106 - an identifier
    talker.ask("tds", "SetRelayOutputState", trt("RelayOutputToken", "2"), trt("LogicalState", "active"))
    found = [told(message)[2] for message in pulled(talker, path)]
    while len(found) < 2:
        found += [told(message)[2] for message in pulled(talker, path)]
    assert found == ["active", "inactive"]
    with pytest.raises(Refused, match="RelayToken"):
        talker.ask("tds", "SetRelayOutputState", trt("RelayOutputToken", "9"), trt("LogicalState", "active"))
