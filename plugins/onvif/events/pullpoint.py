"""One pull point of one device (ONVIF Core 9.2): made, asked, renewed, given back. Blocks, so it lives in a thread.

Devices have few places for subscriptions, eight or so, and keep what nobody gives back until it runs out: there is
never more than one, and a new one is made only after the old one was given back.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime

from core.api import Clock
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, every, find, text
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.events.notices import Notice, notices_in

LEASE_S = 60
SHORTEST_LEASE_S, LONGEST_LEASE_S = 10.0, 86_400.0
PULL_S = 10
MOST = 100
GIVE_BACK_S = 2.5
_TEV = NAMESPACES["events"]
_WSNT = "http://docs.oasis-open.org/wsn/b-2"
_MANAGER = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"
_PULLING = f"{_TEV}/PullPointSubscription"


@dataclass(slots=True)
class PullPoint:
    """A subscription. address: as it is reached from here; headers: what the device wants to see again with each call
    (WS-Addressing 1.0 core, 2.1: reference parameters); renew_at: monotonic seconds.
    """

    device: Device
    clock: Clock
    address: str
    headers: tuple[Element, ...]
    renew_at: float

    def pull(self) -> list[Notice]:
        """What has happened, waiting up to PULL_S for it. Raises OnvifError."""
        body = element(
            _TEV,
            "PullMessages",
            element(_TEV, "Timeout", f"PT{PULL_S}S"),
            element(_TEV, "MessageLimit", str(MOST)),
        )
        return notices_in(self._ask(body, f"{_PULLING}/PullMessagesRequest", PULL_S + 5.0))

    def synchronise(self) -> None:
        """Have the device tell all states once more. Raises OnvifError."""
        self._ask(element(_TEV, "SetSynchronizationPoint"), f"{_PULLING}/SetSynchronizationPointRequest")

    def renew(self) -> None:
        """Keep it for another while. Raises OnvifError."""
        body = element(_WSNT, "Renew", element(_WSNT, "TerminationTime", f"PT{LEASE_S}S"))
        answer = self._ask(body, f"{_MANAGER}/RenewRequest")
        self.renew_at = self.clock.monotonic() + _lease(answer) / 3

    def give_back(self) -> None:
        """Unsubscribe. Raises OnvifError; the device then forgets it when it runs out."""
        self._ask(element(_WSNT, "Unsubscribe"), f"{_MANAGER}/UnsubscribeRequest", GIVE_BACK_S)

    def _ask(self, body: Element, action: str, deadline: float | None = None) -> Element:
        headers = tuple(copy.deepcopy(one) for one in self.headers)
        return self.device.ask("events", body, address=self.address, headers=headers, action=action, deadline=deadline)


def subscribe(device: Device, clock: Clock) -> PullPoint:
    """Make a pull point, without filters, which are widely broken. Raises OnvifError."""
    try:
        answer = _create(device, f"PT{LEASE_S}S")
    except OnvifError as error:
        if not any("TerminationTime" in code for code in error.codes):
            raise
        answer = _create(device, "")  # it wants to say itself how long
    reference = find(answer, "SubscriptionReference")
    address = text(reference, "Address")
    if reference is None or not address:
        raise OnvifError("nonsense", "The device made a subscription without an address.")
    parameters = find(reference, "ReferenceParameters")
    headers = tuple(parameters) if parameters is not None else ()
    renew_at = clock.monotonic() + _lease(answer) / 3
    return PullPoint(device, clock, device.reachable(address), headers, renew_at)


def _create(device: Device, lease: str) -> Element:
    wanted = [element(_TEV, "InitialTerminationTime", lease)] if lease else []
    action = f"{_TEV}/EventPortType/CreatePullPointSubscriptionRequest"
    return device.ask("events", element(_TEV, "CreatePullPointSubscription", *wanted), action=action)


def _lease(answer: Element) -> float:
    """Seconds that the device grants, by its own two times; LEASE_S where these make no sense."""
    ends, now = _seconds(answer, "TerminationTime"), _seconds(answer, "CurrentTime")
    if ends is None or now is None or not SHORTEST_LEASE_S <= ends - now <= LONGEST_LEASE_S:
        return LEASE_S
    return ends - now


def _seconds(answer: Element, name: str) -> float | None:
    for one in every(answer, name):
        try:
            found = datetime.fromisoformat(text(one))
        except ValueError:
            return None
        return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    return None
