"""Answers that are wrong in the ways of real devices, and the documents of onvif-zeep put right."""

import subprocess
import sys

import pytest

from plugins.onvif.client import reading, skew, wsdl
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.shelf import corrected
from plugins.onvif.client.tests.faulty import INFORMATION, clock, fault, soap

NOTIFICATION = (
    "<tev:PullMessagesResponse><tev:CurrentTime>2026-01-01T00:00:00Z</tev:CurrentTime>"
    "<tev:TerminationTime>2026-01-01T00:01:00Z</tev:TerminationTime><wsnt:NotificationMessage>"
    '<wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
    "tns1:RuleEngine/CellMotionDetector/Motion</wsnt:Topic><wsnt:Message>"
    '<tt:Message UtcTime="2026-01-01T00:00:00Z" PropertyOperation="Changed"><tt:Source/>'
    '<tt:Data><tt:SimpleItem Name="IsMotion" Value="true"/></tt:Data></tt:Message></wsnt:Message>'
    "</wsnt:NotificationMessage></tev:PullMessagesResponse>"
)
HTML = b"<!DOCTYPE html><html><head><title>Login</title></head><body>Please log in<br></body></html>"


def test_the_topic_of_a_notification_is_read(faulty, device_at):
    """Defect 1: with the b-2.xsd of the package as it is, zeep drops every topic."""
    peer = faulty(answers={"PullMessages": soap(NOTIFICATION)})
    pulled = device_at(peer).call_at(
        f"http://{peer.address}/pull", "events", "PullMessages", Timeout="PT1S", MessageLimit=10
    )
    assert pulled.NotificationMessage[0].Topic._value_1 == "tns1:RuleEngine/CellMotionDetector/Motion"


def test_the_correction_fails_loudly_when_the_package_changes():
    with pytest.raises(ValueError, match="has changed"):
        corrected(b"<xsd:schema/>")


@pytest.mark.parametrize("prefix", ["tds", "tt"])
def test_children_in_the_wrong_namespace_are_read(faulty, device_at, prefix):
    """Defect 13: objects full of None."""
    device = device_at(faulty(answers={"GetSystemDateAndTime": clock(prefix=prefix)}))
    told = device.call("device", "GetSystemDateAndTime")
    assert told.UTCDateTime.Date.Year >= 2026
    assert abs(device.read_clock()) < 2000


def test_prefixes_that_nobody_declared_are_read(faulty, device_at):
    """Defect 14: `Invalid tag name`, `'NoneType' object has no attribute 'getroottree'`."""
    broken = soap(INFORMATION).replace(b"tds:", b"foo:").replace(b'xmlns:foo="', b'xmlns:tds="')
    assert (
        device_at(faulty(answers={"GetDeviceInformation": broken})).call("device", "GetDeviceInformation").Model == "C1"
    )


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (HTML, 200, "nonsense"),
        (HTML, 404, "unsupported"),
        (b"", 200, "nonsense"),
        (b"\x00\x01\x02", 200, "nonsense"),
        (b"OK", 200, "nonsense"),
        (soap(""), 200, "nonsense"),
        (soap("<tds:GetHostnameResponse/>"), 200, "nonsense"),
        (soap(INFORMATION)[: len(INFORMATION) // 2], 200, "nonsense"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + soap(INFORMATION).partition(b"?>")[2], 200, "nonsense"),
        (fault("ActionNotSupported"), 500, "unsupported"),
        (fault("NoProfile"), 400, "fault"),
        (fault("NoProfile"), 200, "fault"),
        (b"", 503, "nonsense"),
    ],
)
def test_what_is_no_answer_is_told_apart(faulty, device_at, answer, status, kind):
    peer = faulty(answers={"GetDeviceInformation": lambda _: (status, answer)})
    with pytest.raises(OnvifError) as told:
        device_at(peer).call("device", "GetDeviceInformation")
    assert told.value.kind == kind
    assert str(told.value).endswith(".")


def test_a_fault_keeps_its_codes():
    with pytest.raises(OnvifError) as told:
        reading.answer_of(fault("NoProfile", "no such profile"), 400)
    assert told.value.codes == ("Sender", "NoProfile")
    assert "no such profile" in str(told.value)


def test_a_soap_1_1_fault_is_read_too():
    body = "<s:Fault><faultcode>ter:NotAuthorized</faultcode><faultstring>Authority failure</faultstring></s:Fault>"
    with pytest.raises(OnvifError) as told:
        reading.answer_of(soap(body), 500)
    assert told.value.kind == "auth"


def test_what_stands_around_an_envelope_is_left_out():
    """A byte order mark, blank lines before the declaration, or the parts of a multipart message."""
    for around in (b"\xef\xbb\xbf%s", b"\r\n\r\n%s\r\n", b"--b\r\nContent-Type: text/xml\r\n\r\n%s\r\n--b--\r\n"):
        envelope = reading.answer_of(around % soap(INFORMATION), 200)
        assert reading.text(reading.content_of(envelope), "Model") == "C1"


def test_external_entities_are_not_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("opensesame")
    said = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]><a>&b;</a>'.encode()
    assert reading.parse(said) is None


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [("23", "31", "2026-12-31T23:61"), ("24", "31", "2027-01-01T00:61")],
)
def test_impossible_times_are_carried_over(hour, day, expected):
    from datetime import UTC, datetime, timedelta

    said = soap(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time>"
        f"<tt:Hour>{hour}</tt:Hour><tt:Minute>61</tt:Minute><tt:Second>0</tt:Second></tt:Time><tt:Date>"
        f"<tt:Year>2026</tt:Year><tt:Month>12</tt:Month><tt:Day>{day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )
    found = skew.time_of(reading.content_of(reading.answer_of(said, 200)))
    date, _, minutes = expected.partition(":")
    wanted = datetime.fromisoformat(f"{date}:00").replace(tzinfo=UTC) + timedelta(minutes=int(minutes))
    assert abs(found - wanted.timestamp() * 1000) <= 500


def test_the_documents_are_found_and_parsed_once():
    """Defect 17: the files' place depends on who installed the package."""
    assert (wsdl.directory() / "onvif.xsd").exists()
    assert wsdl.operation("ptz", "GetPresets") is wsdl.operation("ptz", "GetPresets")
    with pytest.raises(LookupError):
        wsdl.operation("ptz", "MakeCoffee")


def test_nothing_is_done_to_the_process():
    """Defect 16: importing onvif gives the root logger a handler, and its camera deletes the proxies."""
    program = (
        "import logging, sys; from plugins.onvif.client import wsdl; wsdl.operation('device', 'GetHostname'); "
        "print(logging.getLogger().handlers, 'onvif' in sys.modules, 'requests.adapters' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.split("\n")[0].startswith("[] False")


def test_what_recorders_need_loads_no_documents():
    program = "import sys; import plugins.onvif.streams, plugins.onvif.driver; print('zeep' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "False"
