"""Events of other systems over REST, and looking at events."""

import pytest

from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.events.services import attach_picture, record

pytestmark = pytest.mark.django_db(databases="__all__")
EVENTS, TYPES = "/api/v1/events/", "/api/v1/events/types/"
JPEG = b"\xff\xd8 a picture \xff\xd9"
AT = "2026-05-01T12:00:00Z"


@pytest.fixture
def admin(person, client_of):
    return client_of(person("jo", "administrator"))


@pytest.fixture
def door(db) -> Camera:
    return Camera.objects.create(name="door", driver="none")


def send(client, **event: object):
    return client.post(EVENTS, event, format="json")


def test_an_event_is_stored_once_by_its_key(admin, door) -> None:
    bell = {"camera": "door", "start": AT, "attributes": {"title": "Bell"}, "key": "bell-1"}
    first, second = send(admin, **bell), send(admin, **bell)
    assert (first.status_code, second.status_code) == (201, 200), first.json()
    assert second.json() == {"id": first.json()["id"], "created": False}
    row = StoredEvent.objects.get()
    assert (row.type, row.camera_id, row.pending) == ("external.event", door.pk, True)
    assert row.attributes == {"title": "Bell", "source": "", "text": "", "zone": ""}


def test_two_senders_do_not_share_keys(admin, person, client_of) -> None:
    assert send(admin, key="1").status_code == 201
    assert send(client_of(person("al", "administrator")), key="1").status_code == 201


def test_many_events_in_any_order_each_with_its_fate(admin, door) -> None:
    events = [
        {
            "start": "2026-05-01T12:00:05Z",
            "key": "2",
            "camera": door.pk,
            "objects": [{"label": "van", "box": [0, 0, 0.5, 1]}],
        },
        {"start": "2026-05-01T12:00:01Z", "key": "1"},
        {"start": "yesterday"},
        {"type": "camera.offline"},
        {"camera": "nowhere"},
        {"key": "1"},
    ]
    answer = admin.post(EVENTS, {"events": events}, format="json")
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [one["created"] for one in results] == [True, True, False, False, False, False]
    assert [list(one.get("problems", ())) for one in results[2:]] == [["start"], ["type"], ["camera"], []]
    assert results[5]["id"] == results[1]["id"]
    listed = admin.get(EVENTS).json()["results"]
    assert [one["start"][17:19] for one in listed] == ["05", "01"]
    van = {"label": "van", "score": 1.0, "box": [0.0, 0.0, 0.5, 1.0], "track": "", "text": ""}
    assert listed[0]["objects"] == [van]
    assert admin.post(EVENTS, {"events": []}, format="json").status_code == 400


def test_sending_takes_its_own_right_camera_by_camera(person, client_of, door) -> None:
    from core.access.models import Role

    assert send(client_of()).status_code == 401
    assert send(client_of(person("al", "operator"))).status_code == 403
    Role.objects.create(name="gate", title="Gate", permissions=["event.send", "camera.view"])
    gate = client_of(person("gate", "gate", door.pk))
    other = Camera.objects.create(name="other", driver="none")
    assert send(gate, camera=door.pk).status_code == 201
    assert send(gate).status_code == 403
    hidden, missing = send(gate, camera=other.pk).json(), send(gate, camera=4711).json()
    assert str(hidden).replace(str(other.pk), "N") == str(missing).replace("4711", "N")


def test_each_kind_tells_what_its_values_are_called_and_count(admin) -> None:
    kinds = {kind["name"]: {one["name"]: one for one in kind["attributes"]} for kind in admin.get(TYPES).json()}
    low = kinds["storage.nearly_full"]
    assert low["free"] == {
        "name": "free",
        "title": "Free",
        "kind": "number",
        "choices": [],
        "unit": "bytes",
        "required": True,
    }
    assert kinds["camera.online"] == {}
    assert kinds["rules.held_back"]["reason"]["choices"] == ["throttled", "circle"]
    assert kinds["motion.detected"]["percent"]["unit"] == "%"


def test_a_kind_of_event_is_declared_checked_and_taken_back(admin) -> None:
    bell = {
        "name": "external.door_bell",
        "title": "Door bell",
        "attributes": [{"name": "button", "kind": "number", "required": True}, {"name": "who", "kind": "text"}],
    }
    assert admin.post(TYPES, bell, format="json").status_code == 201
    (shown,) = [kind for kind in admin.get(TYPES).json() if kind["external"]]
    assert (shown["name"], shown["title"]) == ("external.door_bell", "Door bell")
    assert admin.post(TYPES, shown, format="json").status_code == 201, "what is read can be written"
    assert send(admin, type="external.door_bell", attributes={"button": 2}).status_code == 201
    for wrong in ({}, {"button": "two"}, {"button": 1, "colour": "red"}):
        answer = send(admin, type="external.door_bell", attributes=wrong)
        assert (answer.status_code, list(answer.json())) == (400, ["attributes"])
    fields = admin.get("/api/v1/rules/fields/", {"type": "external.door_bell"}).json()["fields"]
    button = {"name": "attributes.button", "title": "button", "kind": "number", "choices": [], "unit": ""}
    assert button in fields
    assert admin.delete(f"{TYPES}external.door_bell/").status_code == 204
    assert send(admin, type="external.door_bell", attributes={"button": 2}).status_code == 400
    assert admin.get(EVENTS).json()["results"][0]["type"] == "external.door_bell"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "door_bell"}, "name"),
        ({"name": "external.event"}, "name"),
        ({"title": " "}, "title"),
        ({"attributes": [{"name": "A b", "kind": "text"}]}, "fields"),
        ({"attributes": [{"name": "a", "kind": "colour"}]}, "attributes"),
        ({"attributes": [{"name": "a", "kind": "text"}] * 2}, "fields"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(admin, change: dict, field: str) -> None:
    answer = admin.post(TYPES, {"name": "external.bell", "title": "Bell"} | change, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_operators_declare_no_kinds(person, client_of) -> None:
    operator = client_of(person("al", "operator"))
    assert operator.post(TYPES, {"name": "external.bell", "title": "Bell"}, format="json").status_code == 403
    assert operator.delete(f"{TYPES}external.bell/").status_code == 403


def test_events_are_looked_at_once_by_who_may(admin, person, client_of, door) -> None:
    mine, other = record("camera.online", door.pk, 1000).id, record("system.started", None, 2000).id
    guard = client_of(person("al", "operator", door.pk))
    answer = guard.post(f"{EVENTS}acknowledge/", {"ids": [mine, other], "note": "A cat."}, format="json")
    assert answer.json() == {"count": 1}
    assert admin.get(f"{EVENTS}{mine}/").json()["acknowledged"] | {"at": ""} == {"at": "", "by": "al", "note": "A cat."}
    assert admin.post(f"{EVENTS}acknowledge/", {"ids": [mine, other]}, format="json").json() == {"count": 1}
    assert admin.get(f"{EVENTS}{mine}/").json()["acknowledged"]["by"] == "al"
    assert [one["id"] for one in admin.get(EVENTS, {"acknowledged": "false"}).json()["results"]] == []
    assert admin.get(EVENTS, {"acknowledged": "maybe"}).status_code == 400
    viewer = client_of(person("vi", "viewer"))
    assert viewer.post(f"{EVENTS}acknowledge/", {"ids": [mine]}, format="json").status_code == 403


def test_one_event_and_its_picture(admin, person, client_of, door) -> None:
    event = record("camera.online", door.pk, 1000)
    assert attach_picture(event.id, JPEG)
    assert admin.get(f"{EVENTS}{event.id}/").json()["has_picture"] is True
    picture = admin.get(f"{EVENTS}{event.id}/picture.jpg")
    assert (picture.content, picture["Content-Type"]) == (JPEG, "image/jpeg")
    elsewhere = client_of(person("al", "operator", Camera.objects.create(name="other", driver="none").pk))
    for path in (f"{EVENTS}{event.id}/", f"{EVENTS}{event.id}/picture.jpg"):
        assert elsewhere.get(path).status_code == 404
        assert client_of().get(path).status_code == 401
    system = record("system.started", None, 1000)
    assert admin.get(f"{EVENTS}{system.id}/picture.jpg").status_code == 404
    assert not attach_picture(4711, JPEG)
    with pytest.raises(ValueError, match="no JPEG"):
        attach_picture(event.id, b"GIF89a")
