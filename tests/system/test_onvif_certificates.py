"""A device that signs its certificate itself, lets it expire, and renews it: refused, confirmed by a person, pinned."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from core.api import Fault, ProbeReport
from core.testing.certificates import self_signed
from plugins.onvif.driver import SPEC
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import DeviceFace, onvif_device

__all__ = ["onvif_device"]
Make = Callable[..., DeviceFace]


def shown_by(folder: Path, *, expired: bool = False) -> ssl.SSLContext:
    folder.mkdir()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(folder, expired=expired))
    return context


def probed(device: DeviceFace, certificate: str = "") -> ProbeReport:
    login = {"user": device.user, "password": device.password}
    settings = OnvifSettings(address=f"https://{device.address}", certificate=certificate, **login)

    async def probe() -> ProbeReport:
        return await SPEC.probe(settings, 20)

    return asyncio.run(probe())


@pytest.mark.parametrize("expired", [False, True])
def test_what_nobody_vouches_for_is_shown_and_then_pinned(onvif_device: Make, tmp_path: Path, expired: bool) -> None:
    device = onvif_device(ssl_context=shown_by(tmp_path / "first", expired=expired))
    first = probed(device)
    assert (first.fault, first.field) == (Fault.CREDENTIALS, "certificate")
    assert ("GetDeviceInformation" in [name for _, name in device.calls]) is False, "no password went there"
    fingerprint = first.remedy["certificate"]
    report = probed(device, fingerprint)
    assert report.ok, report.message
    assert report.picture.startswith(b"\xff\xd8"), "its snapshot comes over TLS too"


def test_another_certificate_than_the_confirmed_one_is_refused(onvif_device: Make, tmp_path: Path) -> None:
    device = onvif_device(ssl_context=shown_by(tmp_path / "first"))
    fingerprint = probed(device).remedy["certificate"]
    renewed = onvif_device(ssl_context=shown_by(tmp_path / "second"))
    report = probed(renewed, fingerprint)
    assert report.fault is Fault.CREDENTIALS
    assert "not the confirmed one" in report.message
    assert report.remedy["certificate"] not in ("", fingerprint)
