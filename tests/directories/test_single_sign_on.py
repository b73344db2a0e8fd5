"""The whole way through a real provider: to it, back, and in; or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from core.access.models import Grant, Role, User
from core.access.services import add_user
from core.directories.models import Directory
from core.directories.services import link, save
from plugins.oidc.settings import OidcSettings
from plugins.oidc.testing import CLIENT, LocalProvider, new_key

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
WRONG = "wrong"
BEGIN, BACK, ME = "/api/v1/plugins/oidc/office/begin/", "/api/v1/plugins/oidc/office/callback/", "/api/v1/auth/me/"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Where to is what is asked."""


@pytest.fixture
def directory(provider: LocalProvider) -> Callable[..., Directory]:
    """Add the directory, whose guards are operators."""

    def add(**other: Any) -> Directory:
        settings = OidcSettings(**provider.settings(**other))
        row = save(Directory(kind="oidc"), {"slug": "office", "title": "Office"}, settings, actor="test")
        made = link(row, "guards", "Guards", actor="test")
        Grant.objects.create(group=made.group, role=Role.objects.get(name="operator"))
        return row

    provider.person = {"sub": "42", "preferred_username": "anna", "email": "anna@example.org", "groups": ["guards"]}
    return add


def at_the_provider(address: str) -> str:
    """What a browser does there: follow it, and be sent back; where to."""
    try:
        build_opener(_Stay).open(address, timeout=20)
    except OSError as answer:
        headers: Any = getattr(answer, "headers", {})
        return str(headers["Location"])
    raise AssertionError("the provider sends nobody back")


def go(client: Client, begin: str = BEGIN) -> Any:
    """Begin, sign in there, come back; the last answer."""
    away = client.get(begin)
    assert away.status_code == 302, away.content
    back = urlsplit(at_the_provider(away["Location"]))
    return client.get(f"{back.path}?{back.query}")


def who(client: Client) -> str:
    answer = client.get(ME)
    return str(answer.json()["username"]) if answer.status_code == 200 else ""


def why(answer: HttpResponse) -> str:
    assert answer.status_code == 403
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


@pytest.mark.parametrize("wants", ["post", "basic"])
def test_somebody_comes_in(client: Client, provider: LocalProvider, directory: Any, wants: str) -> None:
    provider.wants = wants
    directory()
    answer = go(client, BEGIN + "?next=/playback/")
    assert (answer.status_code, answer["Location"]) == (302, "/playback/")
    assert who(client) == "anna"
    user = User.objects.get(username="anna")
    assert (user.directory, user.email, user.has_usable_password()) == ("office", "anna@example.org", False)
    assert "camera.live" in client.get(ME).json()["everywhere"]
    provider.person["preferred_username"] = "anna.weiss"
    provider.person["groups"] = []
    other = Client()
    assert "None of their groups gives a role here." in why(go(other))
    provider.person["groups"] = ["guards"]
    go(other)
    assert who(other) == "anna.weiss"
    assert User.objects.filter(directory="office").count() == 1, "sub says who they are, not their name"


def test_what_goes_to_the_provider(client: Client, provider: LocalProvider, directory: Any) -> None:
    directory()
    away = client.get(BEGIN)
    query = {name: values[0] for name, values in parse_qs(urlsplit(away["Location"]).query).items()}
    assert query["redirect_uri"] == "http://testserver" + BACK
    assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert len(query["state"]) >= 32
    assert len(query["nonce"]) >= 32
    cookie = next(iter(away.cookies.values()))
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", BACK, 600)
    assert not Session.objects.exists(), "who only begins leaves nothing in the database"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil", ""]
)
def test_nobody_is_sent_elsewhere(client: Client, directory: Any, target: str) -> None:
    directory()
    answer = go(client, f"{BEGIN}?next={target}")
    assert answer["Location"] == "/"


def test_a_callback_that_was_not_begun_here_is_refused(client: Client, provider: LocalProvider, directory: Any) -> None:
    """Somebody else's code must not sign this browser in as them."""
    directory()
    back = urlsplit(at_the_provider(Client().get(BEGIN)["Location"]))
    assert "was not begun in this browser" in why(client.get(f"{back.path}?{back.query}"))
    client.get(BEGIN)
    assert "was not begun in this browser" in why(client.get(f"{back.path}?{back.query}"))
    assert "was not begun" in why(client.get(BACK))
    assert who(client) == ""


def test_a_code_is_good_once(client: Client, provider: LocalProvider, directory: Any) -> None:
    directory()
    back = urlsplit(at_the_provider(client.get(BEGIN)["Location"]))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    assert "was not begun" in why(client.get(f"{back.path}?{back.query}"))


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ({"nonce": "another"}, "belongs to another sign-in"),
        ({"aud": "somebody"}, "does not hold"),
        ({"aud": [CLIENT, "somebody"], "azp": "somebody"}, "for another client"),
        ({"iss": "https://evil.example"}, "does not hold"),
        ({"exp": 1_700_000_000}, "does not hold"),
        ({"iat": 4_000_000_000}, "does not hold"),
        ({"sub": "43"}, "contradicts itself"),
    ],
)
def test_what_is_not_said_for_us_now_is_not_believed(
    client: Client, provider: LocalProvider, directory: Any, says: dict[str, Any], told: str
) -> None:
    directory()
    provider.says = says
    assert told in why(go(client))
    assert who(client) == ""
    assert not User.objects.filter(username="anna").exists()


@pytest.mark.parametrize("trick", ["another key", "no signature", "the client's secret", "an unknown key"])
def test_what_the_provider_did_not_sign_is_not_believed(
    client: Client, provider: LocalProvider, directory: Any, trick: str
) -> None:
    directory()
    if trick == "another key":
        provider.key = new_key()
    elif trick == "no signature":
        provider.key, provider.algorithm = "", "none"
    elif trick == "the client's secret":
        provider.key, provider.algorithm = "secret & more, and long enough for a hash", "HS256"
    else:
        go(Client())
        provider.kid, provider.key = "two", new_key()
    assert "does not" in why(go(client))
    assert who(client) == ""


def test_a_local_account_is_never_taken_over(client: Client, provider: LocalProvider, directory: Any) -> None:
    directory()
    own = add_user("boss", "correct horse battery", ["administrator"])
    User.objects.filter(pk=own.pk).update(email="boss@example.org")
    provider.person |= {"email": "boss@example.org", "email_verified": True}
    go(client)
    assert who(client) == "anna", "the same mail address is nobody's proof"
    provider.person |= {"sub": "99", "preferred_username": "Boss"}
    other = Client()
    assert "belongs to a user of Eyrie itself" in why(go(other))
    assert who(other) == ""


def test_groups_may_lie_deeper(client: Client, provider: LocalProvider, directory: Any) -> None:
    directory(groups_claim="realm_access.roles", name_claim="email")
    provider.person |= {"groups": [], "realm_access": {"roles": ["guards", 7, None]}}
    go(client)
    assert who(client) == "anna@example.org"


def test_who_is_refused_there_is_told(client: Client, provider: LocalProvider, directory: Any) -> None:
    directory()
    provider.denies = "access_denied"
    assert "did not let you in: access_denied" in why(go(client))
    provider.denies = "<script>alert(1)</script>"
    text = why(go(client))
    assert "it gives no reason" in text
    assert "<script>alert" not in text


def test_a_directory_that_is_paused_or_of_another_kind_is_no_entrance(client: Client, directory: Any) -> None:
    row = directory()
    page = client.get("/sign-in/").content.decode()
    assert "/api/v1/plugins/oidc/office/begin/" in page
    Directory.objects.filter(pk=row.pk).update(enabled=False)
    assert client.get(BEGIN).status_code == 404
    assert client.get(BACK).status_code == 404
    assert "/plugins/oidc/" not in client.get("/sign-in/").content.decode()


def test_a_provider_that_is_away_or_another(client: Client, provider: LocalProvider, directory: Any) -> None:
    row = directory()
    save(row, {}, OidcSettings(**provider.settings(issuer="http://127.0.0.1:9")), actor="test")
    assert "refused the connection" in why(client.get(BEGIN))
    save(row, {}, OidcSettings(**provider.settings(issuer=provider.url.replace("127.0.0.1", "localhost"))), actor="t")
    assert "enter exactly that as its address" in why(client.get(BEGIN))
    save(row, {}, OidcSettings(**provider.settings(client_secret=WRONG)), actor="test")
    assert "check the address, the client and its secret" in why(go(client))
