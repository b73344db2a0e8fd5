"""Rules as they are saved: what is refused, what is kept, what is sealed."""

import json

import pytest

from core.cameras.models import Camera
from core.rules import services
from core.rules.arming import ModeError, arm, change_modes, mode, modes, rename_mode
from core.rules.checking import RuleError, problems
from core.rules.definition import Definition
from core.rules.models import Engine, Rule
from core.system.models import AuditRow
from core.system.secrets import MASK
from core.system.site import change_site

pytestmark = pytest.mark.django_db


def definition(**changes: object) -> dict:
    return {"types": ["test.reading"], "actions": [{"name": "say", "settings": {"text": "hello"}}]} | changes


def refused(**changes: object) -> dict[str, str]:
    with pytest.raises(RuleError) as caught:
        services.add_rule("one", definition(**changes), actor="jo")
    assert not Rule.objects.exists()
    return caught.value.fields


def test_a_rule_is_kept_audited_and_makes_the_engine_read_anew(mouth) -> None:
    rule = services.add_rule("  one ", definition(), actor="jo", address="::1")
    assert (rule.name, rule.enabled) == ("one", True)
    assert Engine.objects.get().revision == 1
    row = AuditRow.objects.get(action="rule.create")
    assert (row.actor, row.address, row.target) == ("jo", "::1", f"rule:{rule.pk}")
    services.change_rule(rule, {"enabled": False}, actor="jo")
    assert Engine.objects.get().revision == 2
    services.remove_rule(rule, actor="jo")
    assert (Engine.objects.get().revision, Rule.objects.count()) == (3, 0)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"types": []}, "types", "at least 1"),
        ({"types": ["no.such"]}, "types", "no event type is called 'no.such'"),
        ({"colour": "red"}, "colour", "is not known here"),
        ({"condition": {"field": "attributes.colour", "op": "eq", "value": 1}}, "condition", "is no field"),
        ({"condition": {"all": [{"no": 1}]}}, "condition", ""),
        ({"cameras": [4711]}, "cameras", "there is no camera 4711"),
        ({"types": ["camera.online"], "zones": ["Ramp"]}, "zones", "say no zone"),
        ({"modes": ["party"]}, "modes", "'party' is no mode; there are disarmed, home, away"),
        ({"hours": [{"days": [0], "from": "sunset"}]}, "hours", "need the site's place"),
        ({"also": {"types": ["no.such"], "within_seconds": 5}}, "also.types", "no event type"),
        (
            {"also": {"types": ["test.badge"], "within_seconds": 5, "absent": True, "either_order": True}},
            "also.either_order",
            "may still come",
        ),
        ({"actions": []}, "actions", "at least 1"),
        ({"actions": [{"name": "fly"}]}, "actions.0.name", "no action is called 'fly'"),
        ({"actions": [{"name": "say", "settings": {"txt": ""}}]}, "actions.0.settings.txt", "is not known here"),
        (
            {"actions": [{"name": "say", "settings": {"text": "{{ event.attributes.colour }}"}}]},
            "actions.0.settings.text",
            "'event.attributes.colour' is not there; there are camera",
        ),
    ],
)
def test_what_is_wrong_is_told_by_field(mouth, changes: dict, field: str, sentence: str) -> None:
    fields = refused(**changes)
    assert any(name.startswith(field) and sentence in why for name, why in fields.items()), fields


def test_two_rules_have_two_names(mouth) -> None:
    services.add_rule("one", definition(), actor="jo")
    with pytest.raises(RuleError, match="another rule is called"):
        services.add_rule("one", definition(), actor="jo")


def test_the_sun_is_known_where_the_site_is(mouth) -> None:
    change_site({"latitude": 47.4, "longitude": 8.5}, actor="jo")
    services.add_rule("one", definition(hours=[{"days": [0], "from": "sunset"}]), actor="jo")


def test_secrets_are_sealed_and_stay_when_they_come_back_masked(mouth) -> None:
    with_secret = {"name": "say", "settings": {"text": "a", "password": "open sesame"}}
    rule = services.add_rule("one", definition(actions=[with_secret]), actor="jo")
    stored = json.dumps(Rule.objects.get().definition) + json.dumps(
        list(AuditRow.objects.values_list("detail", flat=True))
    )
    assert "sesame" not in stored
    first = rule.definition["actions"][0]["settings"]["password"]
    masked = {"name": "say", "settings": {"text": "b", "password": MASK}}
    services.change_rule(rule, {"definition": definition(actions=[masked])}, actor="jo")
    settings = Rule.objects.get().definition["actions"][0]["settings"]
    assert settings["text"] == "b"
    assert set(settings["password"]) == set(first) == {"$sealed"}


def test_a_rule_tells_what_it_lacks_when_a_plugin_is_gone(register_temporarily, mouth) -> None:
    rule = services.add_rule("one", definition(), actor="jo")
    assert problems(Definition.model_validate(rule.definition)) == []
    lost = definition(types=["gone.away"], actions=[{"name": "vanished"}])
    Rule.objects.update(definition=lost)
    found = problems(Definition.model_validate(Rule.objects.get().definition))
    assert [sentence.partition(";")[0] for sentence in found] == [
        "Nothing tells of 'gone.away' any more",
        "No plugin offers the action 'vanished' now",
    ]


def test_arming_is_an_event_and_knows_its_modes(mouth) -> None:
    assert (mode(), modes()) == ("disarmed", ["disarmed", "home", "away"])
    assert arm("away", actor="jo") is True
    assert arm("away", actor="jo") is False
    with pytest.raises(ModeError, match="'party' is no mode"):
        arm("party", actor="jo")
    assert change_modes(["party"], actor="jo")[-1] == "party"
    arm("party", actor="jo")
    with pytest.raises(ModeError, match="is in force"):
        change_modes([], actor="jo")
    with pytest.raises(ModeError, match="cannot be a mode"):
        change_modes(["away"], actor="jo")
    from core.events.models import StoredEvent

    told = list(StoredEvent.objects.order_by("pk").values_list("attributes", flat=True))
    assert told == [
        {"mode": "away", "before": "disarmed", "by": "jo"},
        {"mode": "party", "before": "away", "by": "jo"},
    ]


def test_a_rule_of_a_camera(mouth) -> None:
    camera = Camera.objects.create(name="door", driver="none")
    rule = services.add_rule("one", definition(cameras=[camera.pk]), actor="jo")
    camera.delete()
    assert problems(Definition.model_validate(rule.definition)) == [
        f"cameras: there is no camera {rule.definition['cameras'][0]}."
    ]


def test_a_mode_is_called_otherwise_and_rules_follow(mouth) -> None:
    change_modes(["party", "night"], actor="jo")
    arm("party", actor="jo")
    actions = [{"name": "say", "settings": {"text": "party", "mode": "party"}}]
    rule = services.add_rule("one", definition(modes=["home", "party"], actions=actions), actor="jo")
    revision = Engine.objects.get().revision
    assert rename_mode("party", "feast", actor="jo") == ["disarmed", "home", "away", "feast", "night"]
    rule.refresh_from_db()
    assert (mode(), rule.definition["modes"]) == ("feast", ["home", "feast"])
    settings = rule.definition["actions"][0]["settings"]
    assert (settings["text"], settings["mode"]) == ("party", "feast")
    assert Engine.objects.get().revision == revision + 1
    assert problems(Definition.model_validate(rule.definition)) == []
    for old, new in (("away", "far"), ("feast", "night"), ("feast", "a/b"), ("gone", "here")):
        with pytest.raises(ModeError):
            rename_mode(old, new, actor="jo")
