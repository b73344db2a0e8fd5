"""Push messages to a real server in place of a push service, read by another implementation in place of a browser."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.apps import apps
from pydantic import BaseModel, ValidationError
from rest_framework.test import APIClient

from core.api import ActionContext, Event, GiveUp
from core.testing.actions import ActionContract
from core.testing.receiver import Received, Receiver, Reply
from plugins.webpush.action import NotSent, message, push
from plugins.webpush.encryption import CURVE, MOST_PLAIN, BadKeys, encrypt, from_base64url, point, to_base64url
from plugins.webpush.hooks import register_actions
from plugins.webpush.models import Subscription
from plugins.webpush.rest import MOST
from plugins.webpush.settings import NotificationSettings, PushSettings
from plugins.webpush.vapid import public_key

ROOT = "/api/v1/plugins/webpush/"
NOW = 1_767_225_600_000
SETTINGS = NotificationSettings(title="Tür", text="auf")


@dataclass
class Browser:
    """A browser that subscribed: its keys, and what it makes of a message."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes = b"0123456789abcdef"

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": to_base64url(point(self.key.public_key())), "auth": to_base64url(self.secret)}

    def read(self, got: Received) -> Any:
        plain = http_ece.decrypt(got.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return json.loads(plain)


@pytest.fixture
def phone() -> Browser:
    return Browser(ec.generate_private_key(CURVE))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    own = PushSettings(networks=["127.0.0.1"], contact="mailto:a@b.c")
    monkeypatch.setattr("core.api.services.plugin_settings", lambda _: own)
    with Receiver() as found:
        found.reply = Reply(201)
        yield found


def person(name: str, *permissions: str, camera: int | None = None) -> Any:
    user = apps.get_model("access", "User").objects.create(username=name)
    role = apps.get_model("access", "Role").objects.create(name=name, title=name, permissions=list(permissions))
    apps.get_model("access", "Grant").objects.create(user=user, role=role, camera_id=camera)
    return user


def subscribe(user: Any, phone: Browser, endpoint: str) -> Subscription:
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    return Subscription.objects.create(user=user, endpoint=endpoint, digest=digest, created_ms=NOW, **phone.keys)


def context(camera: int | None = None) -> ActionContext:
    return ActionContext("delivery-7", 1, Event(9, "camera.offline", camera, NOW, None), now_ms=NOW)


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _service(self, db: None, service: Receiver, phone: Browser) -> None:
        self.service = service
        subscribe(person("ada", "event.view"), phone, service.url)

    def context(self, attempt: int = 1, key: str = "delivery-1") -> ActionContext:
        return context()

    def working(self) -> BaseModel:
        return SETTINGS

    def broken(self) -> BaseModel:
        self.service.reply = Reply(500)
        return SETTINGS

    def deeds(self) -> int:
        return len(self.service.received)


def test_the_specifications_own_example() -> None:
    """RFC 8291, Appendix A."""
    number = int.from_bytes(from_base64url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        private=ec.derive_private_key(number, CURVE),
        salt=from_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert to_base64url(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru"
        "3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_browser_reads_it_and_the_service_knows_who_sent_it(db: None, service: Receiver, phone: Browser) -> None:
    subscribe(person("ada", "event.view"), phone, service.url + "push/1")
    assert push(SETTINGS, context()) == "Sent to 1 of 1 browsers."
    [got] = service.received
    assert phone.read(got) == {"title": "Tür", "body": "auf", "url": "/events/9/", "tag": "delivery-7"}
    assert (got.path, got.headers["ttl"], got.headers["urgency"]) == ("/push/1", "86400", "high")
    assert got.headers["content-encoding"] == "aes128gcm"
    scheme, _, rest = got.headers["authorization"].partition(" ")
    token, key = (part.strip().partition("=")[2] for part in rest.split(","))
    assert (scheme, key) == ("vapid", public_key())
    signed, _, signature = token.rpartition(".")
    raw = from_base64url(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    sender = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(key))
    sender.verify(der, signed.encode(), ec.ECDSA(SHA256()))  # raises unless it fits
    head, claims = (json.loads(from_base64url(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims == {"aud": service.url.rstrip("/"), "exp": NOW // 1000 + 43_200, "sub": "mailto:a@b.c"}


def test_only_who_may_see_the_event_is_told(db: None, service: Receiver, phone: Browser) -> None:
    from core.api.services import add_camera

    camera = add_camera("door", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk
    for user in (
        person("all", "event.view"),
        person("door", "event.view", camera=camera),
        person("live", "camera.live"),
    ):
        subscribe(user, phone, f"{service.url}{user.username}")
    push(SETTINGS, context(camera))
    assert sorted(got.path for got in service.received) == ["/all", "/door"]
    service.received.clear()
    push(SETTINGS, context(None))
    assert [got.path for got in service.received] == ["/all"]
    service.received.clear()
    push(SETTINGS.model_copy(update={"users": ["door", "live"]}), context(camera))
    assert [got.path for got in service.received] == ["/door"]
    with pytest.raises(GiveUp, match="Nobody who may see this"):
        push(SETTINGS.model_copy(update={"users": ["live"]}), context(camera))


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(db: None, service: Receiver, phone: Browser, status: int) -> None:
    subscribe(person("ada", "event.view"), phone, service.url)
    service.reply = Reply(status)
    assert push(SETTINGS, context()) == "Sent to 0 of 1 browsers."
    assert Subscription.objects.count() == 0


@pytest.mark.parametrize("status", [429, 500, 403])
def test_what_a_service_does_not_take_is_tried_again(db: None, service: Receiver, phone: Browser, status: int) -> None:
    subscribe(person("ada", "event.view"), phone, service.url)
    service.reply = Reply(status)
    with pytest.raises(NotSent, match=f"1 of 1 were not taken: the push service answered {status}"):
        push(SETTINGS, context())
    assert Subscription.objects.count() == 1


def test_an_endpoint_in_the_own_network_is_not_called(
    db: None, service: Receiver, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.api.services.plugin_settings", lambda _: PushSettings())
    subscribe(person("ada", "event.view"), phone, service.url)
    with pytest.raises(NotSent, match="not on the public internet"):
        push(SETTINGS, context())
    assert service.received == []


def test_a_long_text_is_cut_to_what_services_take(phone: Browser) -> None:
    long = NotificationSettings(title="t" * 500, text="€" * 5000)
    plain = message(long, context())
    assert len(plain) <= MOST_PLAIN
    assert len(encrypt(plain, **phone.keys)) <= 4096
    with pytest.raises(ValueError, match="at most"):
        encrypt(b"x" * (MOST_PLAIN + 1), **phone.keys)


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_subscribing_and_unsubscribing(db: None, phone: Browser) -> None:
    ada, bob = (client_of(person(name, "event.view")) for name in ("ada", "bob"))
    body = {"endpoint": "https://push.example.org/1", "keys": phone.keys}
    assert ada.get(ROOT + "key/").json() == {"key": public_key()}
    for _ in range(2):
        assert ada.post(ROOT + "subscriptions/", body, format="json").status_code == 204
    assert Subscription.objects.get().user.username == "ada"
    bob.delete(ROOT + "subscriptions/", {"endpoint": body["endpoint"]}, format="json")
    assert Subscription.objects.count() == 1  # it is not his
    ada.delete(ROOT + "subscriptions/", {"endpoint": body["endpoint"]}, format="json")
    assert Subscription.objects.count() == 0


def test_a_user_has_so_many_browsers_at_most(db: None, phone: Browser) -> None:
    ada = client_of(person("ada", "event.view"))
    for number in range(MOST + 1):
        body = {"endpoint": f"https://push.example.org/{number}", "keys": phone.keys}
        ada.post(ROOT + "subscriptions/", body, format="json")
    assert Subscription.objects.count() == MOST
    assert not Subscription.objects.filter(endpoint="https://push.example.org/0").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://push.example.org/1"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": "https://" + "x" * 2000},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "ü", "auth": "AAAA"}},
        {"keys": None},
    ],
)
def test_what_is_no_subscription(db: None, phone: Browser, change: dict[str, Any]) -> None:
    body = {"endpoint": "https://push.example.org/1", "keys": phone.keys} | change
    assert client_of(person("ada")).post(ROOT + "subscriptions/", body, format="json").status_code == 400


def test_signed_out_nobody_subscribes(db: None) -> None:
    for method, path in (("get", "key/"), ("post", "subscriptions/"), ("delete", "subscriptions/")):
        assert getattr(APIClient(), method)(ROOT + path, {}, format="json").status_code == 401


def test_bad_keys_and_settings(phone: Browser) -> None:
    with pytest.raises(BadKeys, match="16 bytes"):
        encrypt(b"", phone.keys["p256dh"], "AAAA")
    for given in ({"contact": "me"}, {"networks": ["lan"]}):
        with pytest.raises(ValidationError):
            PushSettings.model_validate(given)
