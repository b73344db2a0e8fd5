"""The certificate and the keys over REST."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT, encode_multipart

from core.access.roles import keep_roles_in_step
from core.media.clock import SystemClock
from core.system import rotation
from core.system.keyring import Keyring
from core.system.models import AuditRow, PluginSettings
from core.transport.certificate import described, made
from core.transport.place import certificate_file, keep
from core.transport.tests.issuing import Issued, issue
from core.web.rest import certificate, keys

CERTIFICATE = "/api/v1/system/certificate/"
KEYS = "/api/v1/system/keys/"


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.CONFIG = settings.CONFIG.model_copy(update={"data": tmp_path})
    return tmp_path


@pytest.fixture
def admin(db, person, client_of) -> Any:
    keep_roles_in_step()
    return client_of(person("ada", "administrator"))


@pytest.fixture(scope="module")
def authority() -> Issued:
    return issue("Root of tests", ca=True, days=3650)


def sent(client: Any, files: list[bytes], **fields: str) -> Any:
    uploads = [SimpleUploadedFile(f"{at}.pem", data) for at, data in enumerate(files)]
    body = encode_multipart("BoUnDaRy", {"file": uploads, **fields})
    return client.generic("PUT", CERTIFICATE, body, MULTIPART_CONTENT.replace("BoUnDaRyStRiNg", "BoUnDaRy"))


def test_what_is_there_is_told(admin: Any, data: Path) -> None:
    assert admin.get(CERTIFICATE).json() == {"served": False, "certificate": None, "error": ""}
    pem = made(["cameras.example.com"], SystemClock().wall_ms())
    keep(data, pem)
    told = admin.get(CERTIFICATE).json()["certificate"]
    assert told["fingerprint"] == described(pem).fingerprint
    assert (told["names"], told["days_left"], told["made_here"]) == (["cameras.example.com"], 396, True)
    certificate_file(data).write_text("nothing")
    assert "holds no certificate" in admin.get(CERTIFICATE).json()["error"]


def test_a_certificate_for_this_host_is_taken_at_once(admin: Any, data: Path, authority: Issued) -> None:
    good = issue("testserver", authority, hosts=("testserver",), days=400)
    answer = sent(admin, [good.key_pem(), good.pem, authority.pem])
    assert answer.status_code == 200, answer.content
    assert answer.json()["in_place"] and answer.json()["doubts"] == []
    assert described(certificate_file(data).read_bytes()).names == ("testserver",)
    row = AuditRow.objects.get(action="certificate.install")
    assert row.actor == "ada" and row.detail["after"]["names"] == ["testserver"]
    assert "PRIVATE" not in str(row.detail)


def test_one_for_another_host_is_asked_about_first(admin: Any, data: Path, authority: Issued) -> None:
    other = issue("other", authority, hosts=("other.example",), days=400)
    files = [other.pem + authority.pem + other.key_pem()]
    asked = sent(admin, files).json()
    assert not asked["in_place"] and not certificate_file(data).exists()
    assert asked["doubts"] == [
        "The certificate is for other.example, and not for testserver: browsers will warn of it."
    ]
    assert sent(admin, files, accept="true").json()["in_place"]
    assert described(certificate_file(data).read_bytes()).names == ("other.example",)


def test_what_will_not_do_changes_nothing(admin: Any, data: Path, authority: Issued) -> None:
    good = issue("testserver", authority, hosts=("testserver",), days=400)
    keep(data, good.pem + good.key_pem())
    before = certificate_file(data).read_bytes()
    assert sent(admin, [good.pem, authority.key_pem()]).json() == {
        "file": ["The private key is not that of the certificate; give the two that belong together."]
    }
    locked = sent(admin, [good.pem, good.key_pem(b"x")])
    assert (locked.status_code, list(locked.json())) == (400, ["password"])
    assert sent(admin, []).status_code == 400
    assert certificate_file(data).read_bytes() == before
    assert not AuditRow.objects.filter(action="certificate.install").exists()


def test_eyrie_makes_one_again(admin: Any, data: Path) -> None:
    answer = admin.post(f"{CERTIFICATE}renew/")
    assert answer.status_code == 200 and answer.json()["made_here"]
    assert described(certificate_file(data).read_bytes()).fingerprint == answer.json()["fingerprint"]


def test_keys_are_told_and_changed_never_shown(admin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Keyring(tmp_path / "secrets.key")
    for module in (keys, rotation):
        monkeypatch.setattr(module, "keyring", lambda: ring)
    monkeypatch.setattr(rotation, "columns", lambda: [rotation.Column(PluginSettings, "data")])
    PluginSettings.objects.create(plugin="email", data={"password": {"$sealed": ring.encrypt("x")}})
    (first,) = admin.get(KEYS).json()["keys"]
    done = admin.post(f"{KEYS}rotate/").json()
    assert (done["resealed"], done["resumed"]) == (1, False)
    told = admin.get(KEYS)
    assert [key["id"] for key in told.json()["keys"]] == [done["key"], first["id"]]
    secret = (tmp_path / "secrets.key").read_text().splitlines()[0].split(":")[1]
    assert secret not in told.content.decode()


@pytest.mark.parametrize(
    ("method", "url"),
    [("get", CERTIFICATE), ("post", f"{CERTIFICATE}renew/"), ("get", KEYS), ("post", f"{KEYS}rotate/")],
)
def test_these_are_the_administrators(db, person, client_of, method: str, url: str) -> None:
    assert getattr(client_of(person("olga", "operator")), method)(url).status_code == 403
    assert getattr(client_of(), method)(url).status_code == 401


def test_the_host_is_that_of_the_address_without_its_port(rf) -> None:
    for host, name in (
        ("a.example:8600", "a.example"),
        ("[2001:db8::1]:8600", "2001:db8::1"),
        ("10.0.0.5", "10.0.0.5"),
    ):
        assert certificate._host(rf.get("/", headers={"host": host})) == name
