"""Events of a device: what they are called, what state they are in, and who has subscribed (ONVIF Core 9)."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from plugins.simulator.onvif.markup import Element, Maker, instant, tt, written, wsnt
from plugins.simulator.onvif.soap import SoapFault

CONCRETE = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
QUEUE = 500  # notifications kept for a subscriber; the oldest go first
SLOTS = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """One event. topic: with prefixes; source: name and type of its SimpleItem; data: the same; pulse: has no state."""

    topic: str
    source: tuple[str, str]
    data: tuple[str, str]
    pulse: bool = False


_ENGINE = ("VideoSourceConfigurationToken", "tt:ReferenceToken")
_VIDEO = ("Source", "tt:ReferenceToken")
KINDS = {
    "motion": Kind("tns1:RuleEngine/CellMotionDetector/Motion", _ENGINE, ("IsMotion", "xs:boolean")),
    "alarm": Kind("tns1:VideoSource/MotionAlarm", _VIDEO, ("State", "xs:boolean")),
    "tamper": Kind("tns1:VideoSource/GlobalSceneChange/ImagingService", _VIDEO, ("State", "xs:boolean")),
    "dark": Kind("tns1:VideoSource/ImageTooDark/ImagingService", _VIDEO, ("State", "xs:boolean")),
    "signal_loss": Kind("tns1:VideoSource/SignalLoss", _VIDEO, ("State", "xs:boolean")),
    "line": Kind("tns1:RuleEngine/LineDetector/Crossed", _ENGINE, ("ObjectId", "xs:integer"), pulse=True),
    "intrusion": Kind("tns1:RuleEngine/FieldDetector/ObjectsInside", _ENGINE, ("IsInside", "xs:boolean")),
    "person": Kind("tns1:RuleEngine/MyRuleDetector/PeopleDetect", _VIDEO, ("State", "xs:boolean")),
    "vehicle": Kind("tns1:RuleEngine/MyRuleDetector/VehicleDetect", _VIDEO, ("State", "xs:boolean")),
    "sound": Kind(
        "tns1:AudioAnalytics/Audio/DetectedSound",
        ("AudioSourceConfigurationToken", "tt:ReferenceToken"),
        ("isSoundDetected", "xs:boolean"),
    ),
    "storage": Kind(
        "tns1:Device/HardwareFailure/StorageFailure", ("Token", "tt:ReferenceToken"), ("Failed", "xs:boolean")
    ),
    "input": Kind(
        "tns1:Device/Trigger/DigitalInput", ("InputToken", "tt:ReferenceToken"), ("LogicalState", "xs:boolean")
    ),
    "relay": Kind(
        "tns1:Device/Trigger/Relay", ("RelayToken", "tt:ReferenceToken"), ("LogicalState", "tt:RelayLogicalState")
    ),
    "gust": Kind("tnssim:Weather/Gust", ("Sensor", "xs:string"), ("Strength", "xs:float"), pulse=True),
}
"""By the name that tests and scenes use. `gust` is what no client knows."""


@dataclass(slots=True)
class Subscription:
    """One pull point. until: of the monotonic clock. dead: its client is gone, it only holds a slot."""

    number: int
    until: float
    waiting: deque[Element] = field(default_factory=lambda: deque(maxlen=QUEUE))
    news: asyncio.Event = field(default_factory=asyncio.Event)
    dead: bool = False

    def take(self, most: int) -> list[Element]:
        """The oldest notifications, at most so many."""
        taken = [self.waiting.popleft() for _ in range(min(most, len(self.waiting)))]
        if not self.waiting:
            self.news.clear()
        return taken


class NoticeBoard:
    """A device's events. Every method is called on its loop. now_ms: the device's clock."""

    def __init__(self, now_ms: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._states: dict[tuple[str, str], str] = {}  # kind and source to value
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = itertools.count(1)

    @property
    def live(self) -> list[Subscription]:
        """Subscriptions that have not run out."""
        now = self._monotonic()
        for number in [number for number, one in self._subscriptions.items() if one.until <= now]:
            del self._subscriptions[number]
        return list(self._subscriptions.values())

    def know(self, kind: str, source: str, value: bool | str) -> None:
        """A state that is so from the beginning: nobody is told until he asks."""
        self._states[kind, source] = written(value)

    def tell(self, kind: str, source: str, value: bool | str | float, **more: str) -> None:
        """Something happens: a state changes, or a pulse comes. more: further data items."""
        text = written(value)
        if not KINDS[kind].pulse:
            if self._states.get((kind, source)) == text:
                return
            self._states[kind, source] = text
        for subscription in self.live:
            self._put(subscription, self._notification(kind, source, text, "Changed", more))

    def subscribe(self, seconds: float) -> Subscription:
        """A new pull point, told all states. Raises SoapFault when all slots are taken."""
        if len(self.live) >= SLOTS:
            raise SoapFault("all subscriptions are taken", "Receiver", "ter:MaximumNumberOfSubscriptions", status=500)
        made = Subscription(next(self._numbers), self._monotonic() + seconds)
        self._subscriptions[made.number] = made
        self.synchronise(made)
        return made

    def fill(self, seconds: float) -> None:
        """Take all free slots, as clients do that died without a word."""
        while len(self.live) < SLOTS:
            self.subscribe(seconds).dead = True

    def find(self, number: int) -> Subscription:
        """A live subscription. Raises SoapFault."""
        found = next((one for one in self.live if one.number == number), None)
        if found is None:
            raise SoapFault("the subscription is not known", "Sender", "wsrf-rw:ResourceUnknownFault", status=500)
        return found

    def renew(self, subscription: Subscription, seconds: float) -> None:
        """Let it live so long from now on."""
        subscription.until = self._monotonic() + seconds

    def ends_ms(self, subscription: Subscription) -> int:
        """When it runs out, by the device's clock."""
        return self._now_ms() + round((subscription.until - self._monotonic()) * 1000)

    def end(self, subscription: Subscription) -> None:
        """Forget it; who pulls gets nothing more."""
        self._subscriptions.pop(subscription.number, None)
        subscription.news.set()

    def forget(self) -> None:
        """Forget all, as after a restart."""
        for subscription in self.live:
            self.end(subscription)

    def synchronise(self, subscription: Subscription) -> None:
        """Tell all states once more (ONVIF Core 9.1.7)."""
        for (kind, source), value in self._states.items():
            self._put(subscription, self._notification(kind, source, value, "Initialized", {}))

    def _put(self, subscription: Subscription, notification: Element) -> None:
        subscription.waiting.append(notification)
        subscription.news.set()

    def _notification(self, kind: str, source: str, value: str, operation: str, more: dict[str, str]) -> Element:
        about = KINDS[kind]
        items = {about.data[0]: value} | more
        message = tt(
            "Message",
            tt("Source", tt("SimpleItem", Name=about.source[0], Value=source)),
            tt("Data", [tt("SimpleItem", Name=name, Value=text) for name, text in items.items()]),
            UtcTime=instant(self._now_ms()),
            PropertyOperation=None if about.pulse else operation,
        )
        topic = wsnt("Topic", about.topic, Dialect=CONCRETE)
        return wsnt("NotificationMessage", topic, wsnt("Message", message))


def topic_set() -> list[Element]:
    """All topics as a tree (WS-Topics 1.3), each leaf with the description of its message."""
    roots: dict[str, Element] = {}
    for kind in KINDS.values():
        prefix, _, path = kind.topic.partition(":")
        first, *rest = path.split("/")
        if kind.topic.split("/")[0] not in roots:
            roots[f"{prefix}:{first}"] = Maker(prefix)(first)
        node = roots[f"{prefix}:{first}"]
        for name in rest:
            below = node.find(name)
            if below is None:
                below = _plain(name)
                node.append(below)
            node = below
        node.set("{http://docs.oasis-open.org/wsn/t-1}topic", "true")
        node.append(_description(kind))
    return list(roots.values())


def _plain(name: str) -> Element:
    """An element without a namespace."""
    return etree.Element(name)


def _description(kind: Kind) -> Element:
    return tt(
        "MessageDescription",
        tt("Source", tt("SimpleItemDescription", Name=kind.source[0], Type=kind.source[1])),
        tt("Data", tt("SimpleItemDescription", Name=kind.data[0], Type=kind.data[1])),
        IsProperty=not kind.pulse,
    )
