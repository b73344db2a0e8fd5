"""What goes wrong outside the views is JSON below /api/ and a page elsewhere, never Django's own HTML."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client

from core.web.rest import system

pytestmark = pytest.mark.django_db
HEALTH = "/api/v1/health/"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def failing(monkeypatch):
    """Let the health view fail."""

    def fail(error: Exception) -> None:
        def broken() -> None:
            raise error

        monkeypatch.setattr(system, "cameras", broken)

    return fail


def sentence(answer) -> str:
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["detail"]
    return answer.json()["detail"]


@pytest.mark.parametrize("address", ["/api/", "/api/v1/nothing/", "/api/v2/cameras/", "/api/v1/cameras/door/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_says_so(client: Client, method: str, address: str) -> None:
    answer = getattr(client, method)(address)
    assert answer.status_code == 404
    assert "nothing at this address" in sentence(answer)


def test_a_crash_tells_the_log_and_not_the_client(client: Client, failing, caplog) -> None:
    failing(RuntimeError("the password is hunter2"))
    answer = client.get(HEALTH)
    assert answer.status_code == 500
    assert "hunter2" not in answer.content.decode()
    assert "log" in sentence(answer)
    assert any(record.exc_info and "hunter2" in str(record.exc_info[1]) for record in caplog.records)


def test_refusals_from_below_the_views(client: Client, failing, settings) -> None:
    failing(PermissionDenied("Not on Sundays."))
    answer = client.get(HEALTH)
    assert (answer.status_code, sentence(answer)) == (403, "Not on Sundays.")
    failing(SuspiciousOperation("odd"))
    answer = client.get(HEALTH)
    assert answer.status_code == 400
    assert "cannot be understood" in sentence(answer)
    settings.ALLOWED_HOSTS = ["eyrie.example"]
    answer = client.get("/api/v1/nothing/")
    assert (answer.status_code, "Host" in sentence(answer)) == (400, True)


def test_a_body_that_is_too_large_is_a_sentence(client: Client, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post("/api/v1/auth/login/", {"username": "x" * 200, "password": "y"}, "application/json")
    assert answer.status_code == 400
    assert "size" in sentence(answer)


def test_pages_fail_as_pages(client: Client, monkeypatch) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content
    assert b"webapp/css/tokens.css" in answer.content
