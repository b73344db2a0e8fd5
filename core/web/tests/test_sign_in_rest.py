"""Signing in over REST, step by step, and what a session may do before it has done what it must."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import resolve
from django.utils import timezone
from rest_framework.test import APIClient

from core.access import services
from core.access.models import Role, User
from core.events.models import StoredEvent
from core.signin import fresh, recovery, sessions, totp
from core.signin.passwords import demand_change
from core.signin.policy import HOUR_MS, MINUTE_MS
from core.signin.tasks import forget_ended_sessions
from core.signin.tests.test_passwords import GOOD, At
from core.signin.tests.test_second_factors import code
from core.system.models import AuditRow
from core.web.identity import Credential

pytestmark = pytest.mark.django_db
LOGIN, CODE, FRESH, ACCOUNT = (
    "/api/v1/auth/login/",
    "/api/v1/auth/login/code/",
    "/api/v1/auth/fresh/",
    "/api/v1/account/",
)
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _no_throttle_left() -> None:
    cache.clear()


@pytest.fixture
def jo() -> User:
    return services.add_user("jo", GOOD, ["viewer"])


@pytest.fixture
def client() -> APIClient:
    return APIClient(HTTP_USER_AGENT=CHROME)


def sign_in(client: APIClient, password: str = GOOD, **more: str):
    return client.post(LOGIN, {"username": "jo", "password": password}, format="json", **more)


def with_app(user: User) -> str:
    secret, long_ago = totp.new_secret(), 1_700_000_000_000
    assert totp.activate(user, secret, code(secret, long_ago), At(long_ago))
    return secret


def now_code(secret: str) -> str:
    return code(secret, totp._CLOCK.wall_ms())


def tell_role(second_factor: bool) -> None:
    Role.objects.filter(name="viewer").update(second_factor=second_factor)


def age(client: APIClient, **changes: int) -> None:
    session = client.session
    session[sessions.STATE] = session[sessions.STATE] | changes
    session.save()


def test_the_second_factor_stands_between_password_and_session(jo: User, client: APIClient) -> None:
    secret = with_app(jo)
    recovery.renew(jo)
    first = sign_in(client)
    assert (first.status_code, first.json()) == (202, {"ways": ["code", "recovery"]})
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert client.post(CODE, {"code": "000000"}, format="json").status_code == 401
    shown = now_code(secret)
    assert client.post(CODE, {"code": shown}, format="json").json()["username"] == "jo"
    assert client.get("/api/v1/auth/me/").json()["duties"] == []
    other = APIClient()
    sign_in(other)
    assert other.post(CODE, {"code": shown}, format="json").status_code == 401  # seen over the shoulder


def test_a_recovery_code_is_good_once(jo: User, client: APIClient) -> None:
    with_app(jo)
    codes = recovery.renew(jo)
    sign_in(client)
    assert client.post(CODE, {"code": codes[0]}, format="json").status_code == 200
    assert client.get(ACCOUNT).json()["recovery_codes"] == recovery.CODES - 1
    again = APIClient()
    sign_in(again)
    assert again.post(CODE, {"code": codes[0]}, format="json").status_code == 401


def test_wrong_codes_lock_out_as_wrong_passwords_do(jo: User, client: APIClient) -> None:
    secret = with_app(jo)
    sign_in(client)
    answers = [client.post(CODE, {"code": "000000"}, format="json").status_code for _ in range(5)]
    assert answers == [401] * 4 + [429]
    assert client.post(CODE, {"code": now_code(secret)}, format="json").status_code == 429
    assert sign_in(client).status_code == 429


def test_a_code_without_a_password_before_it_is_nothing(jo: User, client: APIClient) -> None:
    secret = with_app(jo)
    assert client.post(CODE, {"code": now_code(secret)}, format="json").status_code == 401
    sign_in(client)
    session = client.session
    session["signin_pending"] = session["signin_pending"] | {"at_ms": 0}
    session.save()
    assert "too long" in client.post(CODE, {"code": now_code(secret)}, format="json").json()["detail"]


def test_who_must_have_a_second_factor_does_nothing_before_it_is_set_up(jo: User, client: APIClient) -> None:
    tell_role(second_factor=True)
    assert sign_in(client).json()["duties"] == ["second_factor"]
    refused = client.get("/api/v1/cameras/")
    assert (refused.status_code, refused.json()["code"]) == (403, "must_second_factor")
    assert client.get("/").headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert Credential("session", client.session.session_key, "").rights() is None
    secret = client.post(f"{ACCOUNT}app/begin/").json()["secret"]
    assert client.post(f"{ACCOUNT}app/", {"code": "000000"}, format="json").status_code == 400
    done = client.post(f"{ACCOUNT}app/", {"code": now_code(secret)}, format="json")
    assert len(done.json()["recovery_codes"]) == recovery.CODES
    assert client.get("/api/v1/cameras/").status_code == 200
    assert Credential("session", client.session.session_key, "").rights() is not None
    assert "another one" in str(client.delete(f"{ACCOUNT}app/").json())  # the last one stays
    assert Authenticator.objects.filter(user=jo).count() == 2


def test_a_role_that_asks_from_now_on_asks_running_sessions_too(jo: User, client: APIClient) -> None:
    secret = with_app(jo)
    Authenticator.objects.filter(user=jo).update(user=services.add_user("spare", None))
    sign_in(client)
    Authenticator.objects.filter(user__username="spare").update(user=jo)
    tell_role(second_factor=True)
    assert client.get("/api/v1/cameras/").status_code == 200  # within the minute
    age(client, seen_ms=0)
    UserSession.objects.all().delete()
    age(client, seen_ms=sessions._CLOCK.wall_ms() - 2 * MINUTE_MS)
    assert client.get("/api/v1/cameras/").status_code == 403
    assert client.post(FRESH, {"code": now_code(secret)}, format="json").json()["duties"] == []
    assert client.get("/api/v1/cameras/").status_code == 200


def test_tokens_are_not_asked_for_a_second_factor(person, client_of) -> None:
    user = person("tool", "viewer")
    tell_role(second_factor=True)
    assert client_of(user).get("/api/v1/cameras/").status_code == 200


def test_a_password_that_is_due_is_changed_first(jo: User, client: APIClient) -> None:
    demand_change(jo)
    assert sign_in(client).json()["duties"] == ["password"]
    assert client.get("/api/v1/cameras/").json()["code"] == "must_password"
    same = {"current": GOOD, "new": GOOD}
    assert client.post("/api/v1/auth/password/", same, format="json").status_code == 400
    changed = client.post("/api/v1/auth/password/", same | {"new": f"{GOOD} 2"}, format="json")
    assert changed.status_code == 204
    assert client.get("/api/v1/cameras/").status_code == 200


def test_dangerous_acts_ask_again_after_ten_minutes(client: APIClient) -> None:
    jo = services.add_user("jo", GOOD, ["administrator"])
    sign_in(client)
    body = {"values": {"remember": 3}}
    assert client.patch("/api/v1/system/sign-in/", body, format="json").status_code == 200
    age(client, fresh_ms=fresh._CLOCK.wall_ms() - fresh.FRESH_MS)
    refused = client.patch("/api/v1/system/sign-in/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_sign_in")
    assert client.get("/api/v1/system/sign-in/").status_code == 200
    assert client.get(FRESH).json() == {"fresh": False, "ways": ["password"]}
    assert client.post(FRESH, {}, format="json").status_code == 400
    assert client.post(FRESH, {"password": "wrong"}, format="json").status_code == 401
    assert client.post(FRESH, {"password": GOOD}, format="json").status_code == 200
    assert client.patch("/api/v1/system/sign-in/", body, format="json").status_code == 200
    assert AuditRow.objects.filter(action="auth.fresh", target=f"user:{jo.pk}").count() == 1


@pytest.mark.parametrize(
    ("address", "method"),
    [
        ("users/", "POST"),
        ("users/1/", "PATCH"),
        ("users/1/", "DELETE"),
        ("users/1/grants/", "POST"),
        ("users/1/second-factors/", "DELETE"),
        ("roles/", "POST"),
        ("tokens/", "POST"),
        ("system/sign-in/", "PATCH"),
        ("system/trust/", "POST"),
        ("system/certificate/", "PUT"),
        ("system/configuration/restore/", "POST"),
        ("account/app/", "DELETE"),
        ("account/recovery-codes/", "POST"),
    ],
)
def test_dangerous_routes_take_a_fresh_sign_in(address: str, method: str) -> None:
    view = resolve(f"/api/v1/{address}").func
    assert method in view.cls.fresh


def test_sessions_are_listed_and_ended(jo: User, client: APIClient) -> None:
    sign_in(client)
    other = APIClient(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1")
    sign_in(other, REMOTE_ADDR="198.51.100.9")
    rows = client.get(f"{ACCOUNT}sessions/").json()["results"]
    assert {(row["device"], row["address"], row["current"]) for row in rows} == {
        ("Chrome on Windows", "127.0.0.1", True),
        ("Safari on iPhone", "198.51.100.9", False),
    }
    held = Credential("session", other.session.session_key, "")
    assert held.rights() is not None
    other_id = next(row["id"] for row in rows if not row["current"])
    assert client.delete(f"{ACCOUNT}sessions/{other_id}/").status_code == 204
    assert held.rights() is None
    assert other.get("/api/v1/auth/me/").status_code == 401
    assert client.delete(f"{ACCOUNT}sessions/{other_id}/").status_code == 404
    sign_in(other)
    client.delete(f"{ACCOUNT}sessions/")
    assert [row["current"] for row in client.get(f"{ACCOUNT}sessions/").json()["results"]] == [True]


def test_another_users_session_is_not_there(jo: User, client: APIClient) -> None:
    sign_in(client)
    theirs = APIClient()
    theirs.force_login(services.add_user("ann", GOOD))
    row = UserSession.objects.get(user__username="ann")
    assert client.delete(f"{ACCOUNT}sessions/{row.pk}/").status_code == 404
    assert theirs.get("/api/v1/auth/me/").status_code == 200


def test_a_new_password_ends_the_others_sessions_and_keeps_this_one(jo: User, client: APIClient) -> None:
    other = APIClient()
    sign_in(client)
    sign_in(other)
    body = {"current": GOOD, "new": f"{GOOD} 2"}
    assert client.post("/api/v1/auth/password/", body, format="json").status_code == 204
    assert client.get("/api/v1/auth/me/").status_code == 200
    assert other.get("/api/v1/auth/me/").status_code == 401
    assert len(client.get(f"{ACCOUNT}sessions/").json()["results"]) == 1


@pytest.mark.parametrize(("field", "past_ms"), [("seen_ms", 13 * HOUR_MS), ("at_ms", 337 * HOUR_MS)])
def test_a_session_ends_by_itself(jo: User, client: APIClient, field: str, past_ms: int) -> None:
    sign_in(client)
    now = sessions._CLOCK.wall_ms()
    UserSession.objects.all().delete()
    age(client, seen_ms=now - 2 * MINUTE_MS)
    age(client, **{field: now - past_ms})
    held = Credential("session", client.session.session_key, "")
    assert held.rights() is None
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert not Session.objects.exists()


def test_a_new_place_is_an_event_the_first_is_not(jo: User, client: APIClient) -> None:
    sign_in(client)
    sign_in(client, REMOTE_ADDR="127.0.0.200")  # of the same network
    assert not StoredEvent.objects.filter(type="sign_in.new_place").exists()
    sign_in(client, REMOTE_ADDR="198.51.100.9")
    (event,) = StoredEvent.objects.filter(type="sign_in.new_place")
    assert event.attributes == {"user": "jo", "address": "198.51.100.9", "device": "Chrome on Windows"}


def test_refusals_and_locks_are_events(jo: User, client: APIClient) -> None:
    for _ in range(7):
        sign_in(client, "wrong")
    kinds = list(StoredEvent.objects.order_by("id").values_list("type", flat=True))
    assert kinds == ["sign_in.refused"] * 5 + ["sign_in.locked_out"]


def test_a_name_that_does_not_exist_is_answered_as_one_that_does(jo: User, client: APIClient) -> None:
    known = sign_in(client, "wrong")
    unknown = client.post(LOGIN, {"username": "nobody", "password": "wrong"}, format="json")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


def test_each_name_costs_one_hash_whether_there_is_such_a_user_or_not(
    jo: User, client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or encode(*given))
    services.add_user("tool", None)
    services.add_user("gone", GOOD)
    User.objects.filter(username="gone").update(is_active=False)
    costs = []
    for name in ("jo", "nobody", "tool", "gone"):
        hashed.clear()
        client.post(LOGIN, {"username": name, "password": "wrong"}, format="json")
        costs.append(len(hashed))
    assert costs == [1, 1, 1, 1]


def test_what_has_ended_is_cleared_away(jo: User, client: APIClient) -> None:
    sign_in(client)
    other = APIClient()
    sign_in(other)
    sign_in(APIClient(), "wrong")
    Session.objects.filter(pk=other.session.session_key).update(expire_date=timezone.now())
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(hours=1))
    forget_ended_sessions.call_local()
    assert list(Session.objects.values_list("pk", flat=True)) == [client.session.session_key]
    assert [row.session_key for row in UserSession.objects.all()] == [client.session.session_key]
    assert not AccessAttempt.objects.exists()


def test_the_language_may_be_chosen_before_a_duty_is_done(jo: User, client: APIClient) -> None:
    demand_change(jo)
    sign_in(client)
    assert client.post("/language/", {"language": "de", "next": "/account/"}).cookies["django_language"].value == "de"
    assert client.get("/texts/de.json").status_code == 200


def test_locks_are_seen_and_taken_away_by_administrators(jo: User, client: APIClient) -> None:
    for _ in range(5):
        sign_in(client, "wrong")
    boss = APIClient()
    boss.force_login(services.add_user("boss", GOOD, ["administrator"]))
    (lock,) = boss.get("/api/v1/system/locks/").json()["results"]
    assert (lock["username"], lock["address"]) == ("jo", "127.0.0.1")
    assert boss.delete("/api/v1/system/locks/", {}, format="json").status_code == 400
    assert boss.delete("/api/v1/system/locks/", {"username": "jo"}, format="json").status_code == 204
    assert sign_in(client).status_code == 200


def test_tokens_of_who_is_locked_out_stop_there(person, client_of) -> None:
    tool = client_of(person("jo", "viewer"))
    assert tool.get("/api/v1/auth/me/").status_code == 200
    for _ in range(5):
        sign_in(APIClient(), "wrong")
    assert tool.get("/api/v1/auth/me/").status_code == 401
    assert tool.get("/api/v1/auth/me/", REMOTE_ADDR="198.51.100.9").status_code == 200


def test_an_administrator_helps_who_lost_a_phone(jo: User, client: APIClient) -> None:
    secret = with_app(jo)
    sign_in(client)
    client.post(CODE, {"code": now_code(secret)}, format="json")
    boss = APIClient()
    boss.force_login(services.add_user("boss", GOOD, ["administrator"]))
    found = boss.get(f"/api/v1/users/{jo.pk}/sign-in/").json()
    assert (found["ways"], len(found["sessions"]["results"])) == (["code"], 1)
    assert boss.delete(f"/api/v1/users/{jo.pk}/second-factors/").status_code == 204
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert sign_in(client).status_code == 200


def test_who_looks_after_users_weakens_no_administrator(client: APIClient) -> None:
    Role.objects.create(name="desk", title="Desk", permissions=["system.users"])
    services.add_user("jo", GOOD, ["desk"])
    boss = services.add_user("boss", GOOD, ["administrator"])
    with_app(boss)
    sign_in(client)
    assert client.delete(f"/api/v1/users/{boss.pk}/second-factors/").status_code == 403
    assert client.delete(f"/api/v1/users/{boss.pk}/sign-in/").status_code == 403
    assert client.post(f"/api/v1/users/{boss.pk}/password-due/").status_code == 403
    assert Authenticator.objects.filter(user=boss).exists()


def test_a_token_changes_nothing_about_how_its_owner_signs_in(person, client_of) -> None:
    tool = client_of(person("jo", "administrator"))
    for method, path in (("get", ""), ("post", "app/begin/"), ("post", "recovery-codes/"), ("delete", "sessions/")):
        assert getattr(tool, method)(ACCOUNT + path, {}, format="json").status_code == 403
    assert tool.post(FRESH, {"password": "x"}, format="json").status_code == 400


@pytest.mark.parametrize(
    "answer", [{}, {"id": 1}, {"response": {"userHandle": "!!"}}, {"response": {"userHandle": "MQ"}, "rawId": []}]
)
def test_a_passkey_that_is_none_is_refused(jo: User, client: APIClient, answer: dict) -> None:
    host = {"HTTP_HOST": "localhost"}
    assert client.post(f"{LOGIN}passkey/begin/", **host).status_code == 200
    assert client.post(f"{LOGIN}passkey/", {"passkey": answer}, format="json", **host).status_code == 401


def test_passkeys_are_not_offered_at_a_bare_address(jo: User, client: APIClient) -> None:
    sign_in(client)
    told = {host: client.get(ACCOUNT, HTTP_HOST=host).json()["no_passkeys"] for host in ("192.0.2.7:8000", "nvr.local")}
    assert "host name" in told["192.0.2.7:8000"]
    assert "HTTPS" in told["nvr.local"]
    assert client.get(ACCOUNT, HTTP_HOST="nvr.local", secure=True).json()["no_passkeys"] == ""
    assert client.post(f"{LOGIN}passkey/begin/", HTTP_HOST="[2001:db8::1]:8000").status_code == 400
