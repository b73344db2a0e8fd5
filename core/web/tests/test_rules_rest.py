"""Rules, deliveries and arming over REST: who may, what is refused, what comes out."""

from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.events.services import record
from core.hookspecs.actions import ActionSpec
from core.hookspecs.marks import hookimpl
from core.media.clock import SystemClock
from core.rules.deciding import Decider
from core.rules.models import Delivery, State

pytestmark = pytest.mark.django_db(databases="__all__")
RULES, DELIVERIES, ARMING = "/api/v1/rules/", "/api/v1/deliveries/", "/api/v1/arming/"


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field("", title="Text", description="What is said.", json_schema_extra={"template": True})
    password: SecretStr = Field(SecretStr(""), title="Password", description="Of nobody.")


@pytest.fixture
def admin(person, client_of):
    return client_of(person("jo", "administrator"))


@pytest.fixture
def operator(person, client_of):
    return client_of(person("al", "operator"))


@pytest.fixture(autouse=True)
def say(register_temporarily) -> None:
    """An action."""

    @hookimpl
    def register_actions():
        return [ActionSpec("say", "Say", Words, lambda settings, context: "said")]

    register_temporarily(SimpleNamespace(__name__="say", register_actions=register_actions), "say")


def body(**changes: object) -> dict:
    definition = {
        "types": ["camera.offline"],
        "condition": {"field": "attributes.message", "op": "contains", "value": "silent"},
        "actions": [{"name": "say", "settings": {"text": "{{ camera }}", "password": "sesame"}}],
    }
    return {"name": "Tell", "definition": definition | changes}


def test_a_rule_is_made_read_changed_and_forgotten(admin) -> None:
    made = admin.post(RULES, body(), format="json")
    assert made.status_code == 201, made.json()
    rule = made.json()
    assert (rule["enabled"], rule["problems"], rule["fired"], rule["last_fired"]) == (True, [], 0, None)
    assert rule["definition"]["actions"][0]["settings"] == {"text": "{{ camera }}", "password": "********"}
    address = f"{RULES}{rule['id']}/"
    assert admin.get(address).json() == rule
    assert admin.patch(address, {"enabled": False}, format="json").json()["enabled"] is False
    kept = admin.patch(address, {"definition": rule["definition"]}, format="json").json()
    assert kept["definition"] == rule["definition"]
    assert admin.delete(address).status_code == 204
    assert admin.get(address).status_code == 404


def test_what_is_wrong_is_told_by_field(admin) -> None:
    answer = admin.post(RULES, body(types=["no.such"]), format="json")
    assert answer.status_code == 400
    assert "no event type is called 'no.such'" in answer.json()["types"]
    wrong = body(actions=[{"name": "say", "settings": {"text": "{{ nothing }}"}}])
    assert list(admin.post(RULES, wrong, format="json").json()) == ["actions.0.settings.text"]


def test_an_operator_reads_rules_and_arms_but_changes_none(admin, operator, person, client_of) -> None:
    rule = admin.post(RULES, body(), format="json").json()
    assert operator.get(RULES).json()["results"][0]["name"] == "Tell"
    assert operator.post(RULES, body(), format="json").status_code == 403
    for method, path in (("patch", f"{RULES}{rule['id']}/"), ("delete", f"{RULES}{rule['id']}/")):
        assert getattr(operator, method)(path, {}, format="json").status_code == 403
    assert operator.post(f"{RULES}{rule['id']}/try/").status_code == 403
    assert operator.post(f"{DELIVERIES}send-again/", {"ids": [1]}, format="json").status_code == 403
    assert operator.put(ARMING, {"mode": "away"}, format="json").json()["mode"] == "away"
    assert operator.put(f"{ARMING}modes/", {"modes": ["night"]}, format="json").status_code == 403
    nobody, viewer = client_of(), client_of(person("vi", "viewer"))
    for path in (RULES, f"{RULES}choices/", DELIVERIES, ARMING):
        assert nobody.get(path).status_code == 401
        assert viewer.get(path).status_code == 403


def test_modes(admin) -> None:
    assert admin.get(ARMING).json() == {"mode": "disarmed", "modes": ["disarmed", "home", "away"]}
    assert admin.put(f"{ARMING}modes/", {"modes": ["Night"]}, format="json").json()["modes"][-1] == "Night"
    answer = admin.put(ARMING, {"mode": "party"}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["mode"])


def test_what_rules_can_be_made_of(operator) -> None:
    found = operator.get(f"{RULES}choices/").json()
    action = next(one for one in found["actions"] if one["name"] == "say")
    assert action["templates"] == ["text"]
    assert action["schema"]["properties"]["password"]["format"] == "password"
    assert {"name": "camera.offline", "title": "Camera offline"} in found["types"]
    fields = operator.get(f"{RULES}fields/", {"type": "camera.offline"}).json()
    assert {"attributes.fault", "attributes.message", "object.label"} <= {one["name"] for one in fields["fields"]}
    assert "event.attributes.message" in fields["names"]
    assert operator.get(f"{RULES}fields/", {"type": "no.such"}).status_code == 400


def test_trying_a_rule_and_what_became_of_it(admin) -> None:
    now = SystemClock().wall_ms()
    event = record("camera.offline", None, now, attributes={"message": "silent"})
    rule = admin.post(RULES, body(), format="json").json()
    tried = admin.post(f"{RULES}{rule['id']}/try/")
    assert (tried.status_code, tried.json()["event"]) == (202, event.id)
    Decider(SystemClock()).decide()
    assert admin.get(RULES).json()["results"][0]["fired"] == 2
    rows = admin.get(DELIVERIES, {"event": event.id}).json()["results"]
    assert [(row["rule_name"], row["action"], row["state"]) for row in rows] == [("Tell", "say", "queued")] * 2
    assert len(admin.get(DELIVERIES, {"firing": tried.json()["firing"]}).json()["results"]) == 1
    assert admin.get(DELIVERIES, {"state": "done,dead"}).json()["results"] == []
    assert admin.get(DELIVERIES, {"state": "asleep"}).status_code == 400


def test_what_was_given_up_is_sent_again(admin) -> None:
    rule = admin.post(RULES, body(), format="json").json()
    admin.post(f"{RULES}{rule['id']}/try/")
    one = Delivery.objects.get()
    Delivery.objects.update(state=State.DEAD, attempts=10, line="no answer")
    assert admin.get(RULES).json()["given_up"] == 1
    assert admin.post(f"{DELIVERIES}send-again/", {"ids": [one.pk]}, format="json").json() == {"count": 1}
    again = Delivery.objects.get()
    assert (again.state, again.attempts, again.key) == ("queued", 0, one.key)
    assert admin.post(f"{DELIVERIES}send-again/", {"ids": [one.pk]}, format="json").json() == {"count": 0}


def test_a_dry_run_needs_no_action(operator) -> None:
    now = SystemClock().wall_ms()
    for message in ("silent", "wrong password", "silent again"):
        record("camera.offline", None, now - 1000, attributes={"message": message})
    found = operator.post(f"{RULES}dry-run/", {"definition": body(actions=[])["definition"]}, format="json").json()
    assert (found["days"], found["events"], found["fired"], found["complete"]) == (14, 3, 2, True)
    assert len(found["moments"]) == 2
    wrong = operator.post(f"{RULES}dry-run/", {"definition": {"types": []}}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["types"])
