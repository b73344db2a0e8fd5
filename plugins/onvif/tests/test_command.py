"""`manage.py onvif trace` against a device that wants a password."""

import io

import pytest
from django.core.management import CommandError, call_command

from plugins.onvif.client.tests.conftest import faulty
from plugins.onvif.client.tests.faulty import INFORMATION, PASSWORD, USER, clock, digest_wanted, soap

__all__ = ["faulty"]


def traced(monkeypatch, peer, *more):
    monkeypatch.setattr("getpass.getpass", lambda _: PASSWORD)
    told = io.StringIO()
    call_command("onvif", "trace", "--user", USER, *more, peer.address, stdout=told)
    return told.getvalue()


def test_every_exchange_is_printed_and_no_secret(faulty, monkeypatch):
    peer = faulty(answers={"GetDeviceInformation": soap(INFORMATION)}, before=digest_wanted("MD5"))
    told = traced(monkeypatch, peer, "--call", "device", "GetDeviceInformation")
    assert "HTTP 401" in told
    assert "<tds:Model>C1</tds:Model>" in told
    assert PASSWORD not in told
    assert peer.asked[-1].authorization.partition('response="')[2][:32] not in told


def test_what_went_wrong_is_told_after_what_was_said(faulty, monkeypatch, capsys):
    peer = faulty(answers={"GetSystemDateAndTime": clock(), "GetDeviceInformation": soap(INFORMATION)})
    with pytest.raises(CommandError, match=r"unsupported|fault"):
        traced(monkeypatch, peer)
    with pytest.raises(CommandError, match="no document"):
        traced(monkeypatch, peer, "--call", "coffee", "Make")
