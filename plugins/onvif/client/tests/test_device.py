"""A device: its services, addresses behind routers, headers of subscriptions, many threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import children, text
from plugins.onvif.client.tests.faulty import INFORMATION, clock, digest_wanted, soap, token_wanted
from plugins.onvif.client.trace import Trace
from plugins.onvif.client.wsdl import NAMESPACES

WRONG = "other"
KNOWN = {"GetDeviceInformation": soap(INFORMATION)}
LEASE = (
    "<wsnt:RenewResponse><wsnt:TerminationTime>2026-01-01T00:01:00Z</wsnt:TerminationTime>"
    "<wsnt:CurrentTime>2026-01-01T00:00:00Z</wsnt:CurrentTime></wsnt:RenewResponse>"
)


def services(host, *names):
    told = "".join(
        f"<tds:Service><tds:Namespace>{NAMESPACES[name]}</tds:Namespace><tds:XAddr>http://{host}/onvif/{name}"
        "</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version></tds:Service>"
        for name in names
    )
    return soap(f"<tds:GetServicesResponse>{told}</tds:GetServicesResponse>")


CAPABILITIES = soap(
    "<tds:GetCapabilitiesResponse><tds:Capabilities>"
    "<tt:Media><tt:XAddr>http://10.9.9.9/onvif/media</tt:XAddr></tt:Media>"
    "<tt:Extension><tt:DeviceIO><tt:XAddr>http://10.9.9.9/onvif/io</tt:XAddr></tt:DeviceIO>"
    "<tt:Replay><tt:XAddr>http://10.9.9.9/onvif/replay</tt:XAddr></tt:Replay></tt:Extension>"
    "</tds:Capabilities></tds:GetCapabilitiesResponse>"
)


def test_making_one_touches_no_network(faulty, device_at):
    """Defect 2: ONVIFCamera opens a pull point in its constructor and leaves it; devices have eight."""
    peer = faulty()
    device_at(peer)
    assert peer.asked == []


def test_services_below_extension_are_found(faulty, device_at):
    """Defect 3."""
    device = device_at(faulty(answers={"GetCapabilities": CAPABILITIES}))
    assert device.offers("deviceio")
    assert device.offers("replay")
    assert not device.offers("ptz")
    with pytest.raises(OnvifError, match="no ptz service"):
        device.call("ptz", "GetNodes")


@pytest.mark.parametrize("host", ["192.0.2.7", "127.0.0.1:1080", "192.0.2.7:1080"])
def test_services_are_reached_where_the_device_is(faulty, device_at, host):
    """Defect 5: addresses as a device behind a port forwarding knows them."""
    peer = faulty(
        answers={
            "GetServices": services(host, "device", "media", "imaging"),
            "GetVideoSources": soap("<trt:GetVideoSourcesResponse/>"),
        }
    )
    device = device_at(peer)
    assert device.call("media", "GetVideoSources") == []
    assert peer.asked[-1].path == "/onvif/media"
    assert device.reachable(f"http://{host}/snap.jpg?x=1") == f"http://{peer.address}/snap.jpg?x=1"
    assert device.reachable("/onvif/sub/7") == f"http://{peer.address}/onvif/sub/7"
    assert device.reachable("rtsp://192.0.2.7:554/ch1") == "rtsp://127.0.0.1/ch1"
    assert device.reachable("rtsp://u:p@192.0.2.7:8554/ch1") == "rtsp://127.0.0.1:8554/ch1"
    assert device.reachable("http://192.0.2.7:80:80/x").endswith("/x")


def test_addresses_stay_as_they_are_when_asked_so(faulty, device_at):
    device = device_at(faulty(), nat=False)
    assert device.reachable("rtsp://192.0.2.7:8554/ch1") == "rtsp://192.0.2.7:8554/ch1"


def test_a_router_that_forwards_another_rtsp_port(faulty, device_at):
    assert device_at(faulty(), rtsp_port=5541).reachable("rtsp://192.0.2.7/ch1") == "rtsp://127.0.0.1:5541/ch1"


def test_renewing_is_addressed_and_echoes_what_the_subscription_says(faulty, device_at):
    """Defects 6 and 7: Renew without WS-Addressing is refused, Axis wants its SubscriptionId back."""
    peer = faulty(answers={"Renew": soap(LEASE)})
    where = f"http://{peer.address}/sub"
    echoed = element("http://www.axis.com/2009/event", "SubscriptionId", "7")
    device_at(peer).call_at(where, "events", "Renew", headers=[echoed], TerminationTime="PT60S")
    header = peer.asked[0].root[0]
    assert text(header, "Action") == "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest"
    assert text(header, "To") == where
    assert text(header, "MessageID").startswith("urn:uuid:")
    assert text(header, "SubscriptionId") == "7"


def test_other_calls_are_not_addressed(faulty, device_at):
    peer = faulty(answers=KNOWN)
    device_at(peer).call("device", "GetDeviceInformation")
    assert not children(peer.asked[0].root, "Header")


def test_media2_shares_the_login(faulty, device_at):
    """Defect 4: the package has no Media2."""
    found = '<tr2:GetProfilesResponse xmlns:tr2="{0}"><tr2:Profiles token="a"/></tr2:GetProfilesResponse>'
    answers = {"GetServices": services("10.9.9.9", "device", "media2")}
    answers["GetProfiles"] = soap(found.format(NAMESPACES["media2"]))
    peer = faulty(answers=answers | {"GetSystemDateAndTime": clock(60)}, before=token_wanted(offset_s=60))
    answer = device_at(peer).media2(element(NAMESPACES["media2"], "GetProfiles"))
    assert children(answer, "Profiles")[0].get("token") == "a"
    assert peer.asked[-1].token is not None


def test_nested_values_are_given_as_they_are_named(faulty, device_at):
    """Defect 15: create_type looks in the wrong namespace."""
    peer = faulty(answers={"SetSystemDateAndTime": soap("<tds:SetSystemDateAndTimeResponse/>")})
    when = {"Date": {"Year": 2026, "Month": 1, "Day": 2}, "Time": {"Hour": 3, "Minute": 4, "Second": 5}}
    device_at(peer).call(
        "device", "SetSystemDateAndTime", DateTimeType="Manual", DaylightSavings=False, UTCDateTime=when
    )
    assert text(peer.asked[0].root, "Body", "SetSystemDateAndTime", "UTCDateTime", "Date", "Day") == "2"


@pytest.mark.parametrize("wanted", [digest_wanted("MD5"), token_wanted()], ids=["digest", "token"])
def test_one_device_serves_many_threads(faulty, device_at, wanted):
    """Defect 18: onvif-zeep's token writes to itself."""
    peer = faulty(answers=KNOWN | {"GetSystemDateAndTime": clock()}, before=wanted)
    device = device_at(peer)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: device.call("device", "GetDeviceInformation").Model, range(64)))
    assert told == ["C1"] * 64
    assert len([one for one in peer.asked if not one.authorization and one.token is None]) <= 2


def test_threads_together_try_a_wrong_password_once(faulty, device_at):
    peer = faulty(answers=KNOWN, before=digest_wanted("MD5"))
    device = device_at(peer, password=WRONG)

    def ask(_):
        with pytest.raises(OnvifError):
            device.call("device", "GetDeviceInformation")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(16)))
    assert len([one for one in peer.asked if one.authorization]) == 1


@pytest.mark.parametrize("wanted", [digest_wanted("SHA-256"), token_wanted()], ids=["digest", "token"])
def test_a_trace_shows_everything_but_secrets(faulty, device_at, wanted):
    trace = Trace()
    peer = faulty(answers=KNOWN | {"GetSystemDateAndTime": clock()}, before=wanted)
    device_at(peer, trace=trace).call("device", "GetDeviceInformation")
    exchanges = trace.exchanges()
    assert [one.operation for one in exchanges][-1] == "GetDeviceInformation"
    assert b"Acme" in exchanges[-1].answer
    everything = repr(exchanges)
    given = peer.asked[-1]
    secrets = (
        [one.text for one in given.token if "Password" in str(one.tag) or "Nonce" in str(one.tag)]
        if (given.token is not None)
        else [given.authorization.partition('response="')[2][:64]]
    )
    assert secrets
    assert not any(secret in everything for secret in secrets)
