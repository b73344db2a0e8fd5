"""Events by pull point (ONVIF Core Specification 9.1, WS-BaseNotification)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import (
    Element,
    Maker,
    find,
    instant,
    number,
    seconds_of,
    tev,
    text,
    wsa,
    wsnt,
)
from plugins.simulator.onvif.notices import CONCRETE, SLOTS, Subscription, topic_set
from plugins.simulator.onvif.serving import Call, Service
from plugins.simulator.onvif.soap import SoapFault
from plugins.simulator.onvif.troubles import Trouble

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

LEASE_SECONDS, LONGEST_LEASE, LONGEST_PULL, MOST_MESSAGES = 60.0, 3600.0, 60.0, 100
_PATH = "/onvif/event_service"
_OWN = Maker("tnssim")


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    able = tev(
        "Capabilities",
        WSSubscriptionPolicySupport=False,
        WSPullPointSupport=True,
        WSPausableSubscriptionManagerInterfaceSupport=False,
        MaxPullPoints=SLOTS,
    )
    return tev("GetServiceCapabilitiesResponse", able)


def properties(device: OnvifDevice, call: Call) -> Element:
    """GetEventProperties: all topics."""
    return tev(
        "GetEventPropertiesResponse",
        tev("TopicNamespaceLocation", "http://www.onvif.org/onvif/ver10/topics/topicns.xml"),
        wsnt("FixedTopicSet", True),
        Maker("wstop")("TopicSet", topic_set()),
        wsnt("TopicExpressionDialect", CONCRETE),
        tev("MessageContentFilterDialect", "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"),
        tev("MessageContentSchemaLocation", "http://www.onvif.org/onvif/ver10/schema/onvif.xsd"),
    )


def subscribe(device: OnvifDevice, call: Call) -> Element:
    """CreatePullPointSubscription, without filters: what is asked to be filtered comes all the same."""
    made = device.notices.subscribe(_lease(device, call.text("InitialTerminationTime")))
    return tev(
        "CreatePullPointSubscriptionResponse",
        tev("SubscriptionReference", *_reference(device, call, made)),
        wsnt("CurrentTime", instant(device.now_ms())),
        wsnt("TerminationTime", instant(device.notices.ends_ms(made))),
    )


def _reference(device: OnvifDevice, call: Call, made: Subscription) -> tuple[Element, ...]:
    """Where the subscription is; with the trouble REFERENCES all have one address, and an id to be echoed."""
    where = device.advertised(call) + _PATH
    if device.suffers(Trouble.RELATIVE):
        where = _PATH
    if device.suffers(Trouble.REFERENCES):
        return (
            wsa("Address", f"{where}/subscriptions"),
            wsa("ReferenceParameters", _OWN("SubscriptionId", made.number)),
        )
    return (wsa("Address", f"{where}/{made.number}"),)


def _lease(device: OnvifDevice, asked: str) -> float:
    if not asked:
        return LEASE_SECONDS
    try:
        seconds = seconds_of(asked, device.now_ms())
    except ValueError:
        raise SoapFault(f"{asked!r} is no time", "Sender", "wsnt:UnacceptableTerminationTimeFault") from None
    if not 0 < seconds <= LONGEST_LEASE:
        raise SoapFault("no such lease", "Sender", "wsnt:UnacceptableInitialTerminationTimeFault")
    return seconds


def _subscription(device: OnvifDevice, call: Call) -> Subscription:
    """The one a call is about, by its address or by the id in its header. Raises SoapFault."""
    named = call.path.rpartition("/")[2]
    if device.suffers(Trouble.REFERENCES):
        named = text(call.header, "SubscriptionId") if call.header is not None else ""
    return device.notices.find(int(named) if named.isdigit() else 0)


async def pull(device: OnvifDevice, call: Call) -> Element:
    """PullMessages: waits until something comes, for at most the time asked."""
    subscription = _subscription(device, call)
    try:
        patience = min(LONGEST_PULL, max(0.0, seconds_of(call.text("Timeout", "PT5S"), device.now_ms())))
    except ValueError:
        raise SoapFault("Timeout is no duration", "Sender", "ter:InvalidArgVal") from None
    most = max(1, min(MOST_MESSAGES, int(number(call.text("MessageLimit"), 10))))
    found: list[Element] = []
    if not device.suffers(Trouble.STORM):
        try:
            async with asyncio.timeout(patience):
                await subscription.news.wait()
        except TimeoutError:
            pass  # an empty answer is one
        found = subscription.take(most)
    if device.suffers(Trouble.EMPTY):
        found = [wsnt("NotificationMessage") for _ in found]
    return tev(
        "PullMessagesResponse",
        tev("CurrentTime", instant(device.now_ms())),
        tev("TerminationTime", instant(device.notices.ends_ms(subscription))),
        found,
    )


def synchronise(device: OnvifDevice, call: Call) -> Element:
    """SetSynchronizationPoint: all states come once more."""
    device.notices.synchronise(_subscription(device, call))
    return tev("SetSynchronizationPointResponse")


def renew(device: OnvifDevice, call: Call) -> Element:
    """Renew."""
    _addressed(device, call)
    subscription = _subscription(device, call)
    device.notices.renew(subscription, _lease(device, call.text("TerminationTime")))
    return wsnt(
        "RenewResponse",
        wsnt("TerminationTime", instant(device.notices.ends_ms(subscription))),
        wsnt("CurrentTime", instant(device.now_ms())),
    )


def unsubscribe(device: OnvifDevice, call: Call) -> Element:
    """Unsubscribe."""
    _addressed(device, call)
    device.notices.end(_subscription(device, call))
    return wsnt("UnsubscribeResponse")


def _addressed(device: OnvifDevice, call: Call) -> None:
    """Some devices take these calls only with WS-Addressing. Raises SoapFault."""
    action = find(call.header, "Action") if call.header is not None else None
    if device.suffers(Trouble.ADDRESSING) and action is None:
        raise SoapFault("a required header is missing", "Sender", "wsa:MessageAddressingHeaderRequired")


SERVICE = Service(
    "tev",
    _PATH,
    (2, 60),
    {
        "CreatePullPointSubscription": subscribe,
        "GetEventProperties": properties,
        "GetServiceCapabilities": service_capabilities,
        "PullMessages": pull,
        "Renew": renew,
        "SetSynchronizationPoint": synchronise,
        "Unsubscribe": unsubscribe,
    },
)
