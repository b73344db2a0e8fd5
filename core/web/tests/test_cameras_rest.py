"""Cameras over REST."""

import json
from types import SimpleNamespace

import pytest

from core.cameras.models import Camera
from core.cameras.queries import camera_configs, camera_revisions
from core.hookspecs.marks import hookimpl
from core.system.models import AuditRow
from core.system.secrets import MASK

pytestmark = pytest.mark.django_db
CAMERAS = "/api/v1/cameras/"
DOOR = {"name": "door", "driver": "paper", "settings": {"url": "rtsp://10.0.0.5/1", "password": "hunter2"}}


@pytest.fixture
def admin(person, client_of, paper):
    return client_of(person("jo", "administrator"))


def test_a_camera_is_added_listed_changed_and_removed(admin) -> None:
    made = admin.post(CAMERAS, DOOR, format="json")
    assert made.status_code == 201
    camera_id = made.json()["id"]
    listed = admin.get(CAMERAS).json()
    assert [(row["id"], row["name"], row["state"]) for row in listed["results"]] == [(camera_id, "door", "unknown")]
    changed = admin.patch(f"{CAMERAS}{camera_id}/", {"name": "front door", "retention_days": 30}, format="json")
    assert (changed.status_code, changed.json()["name"], changed.json()["retention_days"]) == (200, "front door", 30)
    assert admin.delete(f"{CAMERAS}{camera_id}/").status_code == 204
    assert admin.get(f"{CAMERAS}{camera_id}/").status_code == 404
    assert [row.action for row in AuditRow.objects.order_by("id")] == ["camera.add", "camera.change", "camera.delete"]


def test_secrets_go_in_and_never_come_out(admin) -> None:
    body = admin.post(CAMERAS, DOOR, format="json")
    assert body.json()["settings"]["password"] == MASK
    camera = Camera.objects.get()
    assert "hunter2" not in json.dumps(camera.settings)
    assert "hunter2" not in json.dumps(list(AuditRow.objects.values_list("detail", flat=True)))
    assert "hunter2" not in admin.get(f"{CAMERAS}{camera.pk}/").content.decode()
    assert camera_configs([camera.pk])[0].settings.password.get_secret_value() == "hunter2"


def test_secrets_need_not_be_repeated(admin) -> None:
    camera_id = admin.post(CAMERAS, DOOR, format="json").json()["id"]
    for settings in ({"url": "rtsp://10.0.0.6/1"}, {"url": "rtsp://10.0.0.6/1", "password": MASK}):
        assert admin.patch(f"{CAMERAS}{camera_id}/", {"settings": settings}, format="json").status_code == 200
        found = camera_configs([camera_id])[0].settings
        assert (found.url, found.password.get_secret_value()) == ("rtsp://10.0.0.6/1", "hunter2")
    admin.patch(f"{CAMERAS}{camera_id}/", {"settings": {"password": "new"}}, format="json")
    assert camera_configs([camera_id])[0].settings.password.get_secret_value() == "new"


def test_each_change_raises_the_revision_of_that_camera_only(admin) -> None:
    door = admin.post(CAMERAS, DOOR, format="json").json()["id"]
    yard = admin.post(CAMERAS, {**DOOR, "name": "yard"}, format="json").json()["id"]
    before = dict(camera_revisions())
    admin.patch(f"{CAMERAS}{door}/", {"enabled": False}, format="json")
    after = dict(camera_revisions())
    assert after[door] > before[door]
    assert after[yard] == before[yard]
    assert admin.get(f"{CAMERAS}{door}/").json()["state"] == "disabled"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"settings": {"url": "10.0.0.5"}}, "settings.url", "needs a scheme"),
        ({"settings": {}}, "settings.url", "is missing; give a value."),
        ({"settings": {"url": "rtsp://x/", "ulr": "y"}}, "settings.ulr", "is not known here; did you mean url?"),
        ({"driver": "abacus"}, "driver", "no camera driver is called 'abacus'"),
        ({"name": ""}, "name", "blank"),
        ({"recording": "sometimes"}, "recording", "not a valid choice"),
        ({"retention_days": 0}, "retention_days", "greater than or equal to 1"),
    ],
)
def test_bad_input_is_told_by_field_and_nothing_is_saved(admin, change: dict, field: str, sentence: str) -> None:
    answer = admin.post(CAMERAS, {**DOOR, **change}, format="json")
    assert answer.status_code == 400
    assert sentence in answer.json()[field][0]
    assert not Camera.objects.exists()


def test_names_are_unique(admin) -> None:
    admin.post(CAMERAS, DOOR, format="json")
    answer = admin.post(CAMERAS, DOOR, format="json")
    assert answer.status_code == 400
    assert "already exists" in answer.json()["name"][0]


def test_a_viewer_sees_their_cameras_and_no_settings(admin, person, client_of) -> None:
    door = admin.post(CAMERAS, DOOR, format="json").json()["id"]
    admin.post(CAMERAS, {**DOOR, "name": "yard"}, format="json")
    viewer = client_of(person("vi", "viewer", door))
    assert [row["name"] for row in viewer.get(CAMERAS).json()["results"]] == ["door"]
    assert "settings" not in viewer.get(f"{CAMERAS}{door}/").json()


def test_one_who_manages_a_single_camera_cannot_add_another(admin, person, client_of) -> None:
    door = admin.post(CAMERAS, DOOR, format="json").json()["id"]
    keeper = client_of(person("keeper", "administrator", door))
    assert keeper.patch(f"{CAMERAS}{door}/", {"name": "gate"}, format="json").status_code == 200
    assert keeper.post(CAMERAS, {**DOOR, "name": "yard"}, format="json").status_code == 403


def test_a_camera_whose_driver_is_gone_is_listed_and_explained(admin) -> None:
    camera = Camera.objects.create(name="old", driver="abacus", settings={"beads": 7})
    assert admin.get(f"{CAMERAS}{camera.pk}/").json()["settings"] == {}
    config = camera_configs([camera.pk])[0]
    assert config.spec is None
    assert "abacus" in config.fault
    assert admin.patch(f"{CAMERAS}{camera.pk}/", {"enabled": False}, format="json").status_code == 200


def test_plugins_are_told_after_commit(admin, register_temporarily, django_capture_on_commit_callbacks) -> None:
    told: list[object] = []

    @hookimpl
    def on_camera_saved(camera_id, created):
        told.append((camera_id, created))

    @hookimpl
    def on_camera_deleted(camera_id):
        told.append(camera_id)

    hooks = SimpleNamespace(__name__="x", on_camera_saved=on_camera_saved, on_camera_deleted=on_camera_deleted)
    register_temporarily(hooks, "listener")
    with django_capture_on_commit_callbacks(execute=True):
        camera_id = admin.post(CAMERAS, DOOR, format="json").json()["id"]
        assert told == []
    with django_capture_on_commit_callbacks(execute=True):
        admin.patch(f"{CAMERAS}{camera_id}/", {"name": "gate"}, format="json")
        admin.delete(f"{CAMERAS}{camera_id}/")
    assert told == [(camera_id, True), (camera_id, False), camera_id]


@pytest.mark.django_db(transaction=True)
async def test_a_probe_connects_before_anything_is_saved(session_of, paper) -> None:
    client = await session_of("jo", "administrator")

    async def probe(address: str, body: dict) -> dict:
        answer = await client.post(f"{CAMERAS}{address}", json=body)
        assert answer.status_code == 200, answer.content
        return answer.json()

    wrong = await probe("probe/", {"driver": "paper", "settings": {"url": "rtsp://x/", "password": "?"}})
    assert (wrong["ok"], wrong["fault"], wrong["field"]) == (False, "credentials", "settings.password")
    well = await probe("probe/", {"driver": "paper", "settings": {"url": "rtsp://x/", "password": "open sesame"}})
    assert well["ok"]
    assert well["streams"][0]["width"] == 1920
    assert well["picture"].startswith("data:image/jpeg;base64,")
    assert not await Camera.objects.aexists()

    made = await client.post(CAMERAS, json={**DOOR, "settings": {"url": "rtsp://x/", "password": "open sesame"}})
    camera_id = made.json()["id"]
    assert (await probe(f"{camera_id}/probe/", {}))["ok"]
    assert not (await probe(f"{camera_id}/probe/", {"settings": {"password": "?"}}))["ok"]
    bad = await client.post(f"{CAMERAS}probe/", json={"driver": "paper", "settings": {}})
    assert (bad.status_code, list(bad.json())) == (400, ["settings.url"])


def test_lists_stand_in_the_order_that_was_set(admin) -> None:
    door, yard, till = (
        admin.post(CAMERAS, {**DOOR, "name": name}, format="json").json()["id"] for name in ("door", "yard", "till")
    )
    before = dict(camera_revisions())
    assert admin.put(f"{CAMERAS}order/", {"ids": [till, door, 999]}, format="json").status_code == 204
    assert [row["id"] for row in admin.get(CAMERAS).json()["results"]] == [till, door, yard]
    assert [row["camera"] for row in admin.get(f"{CAMERAS}status/").json()["results"]] == [till, door, yard]
    assert dict(camera_revisions()) == before
    new = admin.post(CAMERAS, {**DOOR, "name": "gate"}, format="json").json()["id"]
    assert admin.get(CAMERAS).json()["results"][-1]["id"] == new


def test_states_of_all_cameras_are_those_one_may_see(admin, person, client_of) -> None:
    door = admin.post(CAMERAS, DOOR, format="json").json()["id"]
    admin.post(CAMERAS, {**DOOR, "name": "yard"}, format="json")
    viewer = client_of(person("vi", "viewer", door))
    assert [row["camera"] for row in viewer.get(f"{CAMERAS}status/").json()["results"]] == [door]
