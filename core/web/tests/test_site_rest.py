"""The site's settings, volumes and users over REST."""

import pytest

from core.access.models import User
from core.configuration import configuration
from core.recording.models import Volume
from core.system.models import AuditRow
from core.system.site import ask_to_set_up, site

pytestmark = pytest.mark.django_db(databases="__all__")
SITE, VOLUMES = "/api/v1/site/", "/api/v1/volumes/"
GOOD = "a long enough password"


@pytest.fixture
def admin(person, client_of):
    return client_of(person("jo", "administrator"))


def test_the_time_zone_is_the_configurations_until_one_is_chosen(admin) -> None:
    nowhere = {"address": "", "latitude": None, "longitude": None, "live_watermark": False, "export_watermark": False}
    first = {"name": "", "time_zone": configuration().time_zone, "to_set_up": False} | nowhere
    assert admin.get(SITE).json() == first
    changed = admin.patch(SITE, {"time_zone": "Europe/Zurich", "name": "Mill"}, format="json")
    assert (changed.status_code, site().time_zone, site().name) == (200, "Europe/Zurich", "Mill")
    assert AuditRow.objects.get().detail["after"] == {"name": "Mill", "time_zone": "Europe/Zurich"}


def test_the_sites_place_and_the_portals_address(admin) -> None:
    place = {"latitude": 47.4, "longitude": 8.5, "address": "https://eyrie.example:8443/nvr/"}
    assert admin.patch(SITE, place, format="json").json()["address"] == "https://eyrie.example:8443/nvr"
    for wrong in ({"latitude": 91}, {"longitude": -181}, {"address": "eyrie.example"}, {"address": "ftp://x"}):
        assert list(admin.patch(SITE, wrong, format="json").json()) == list(wrong)
    assert (site().latitude, site().longitude) == (47.4, 8.5)


def test_pages_tell_the_chosen_zone(admin, client) -> None:
    admin.patch(SITE, {"time_zone": "Asia/Tokyo"}, format="json")
    assert b'data-time-zone="Asia/Tokyo"' in client.get("/sign-in/").content


@pytest.mark.parametrize("zone", ["Mars/Base", "Europe", "../etc", ""])
def test_an_unknown_zone_is_refused_and_nothing_changes(admin, zone: str) -> None:
    answer = admin.patch(SITE, {"time_zone": zone, "name": "Mill"}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == ["time_zone"]
    assert site().name == ""


def test_an_operator_reads_the_site_and_changes_nothing(person, client_of) -> None:
    client = client_of(person("op", "operator"))
    assert client.get(SITE).status_code == 200
    assert client.patch(SITE, {"name": "Mine"}, format="json").status_code == 403


def test_ones_own_password_takes_the_current_one_except_in_the_first_steps(admin) -> None:
    with_token = admin.post("/api/v1/auth/password/", {"new": GOOD, "current": "?"}, format="json")
    assert with_token.status_code == 403
    admin.credentials()
    admin.force_login(User.objects.get(username="jo"))
    wrong = admin.post("/api/v1/auth/password/", {"new": GOOD, "current": "?"}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["current"])
    ask_to_set_up()
    weak = admin.post("/api/v1/auth/password/", {"new": "12345"}, format="json")
    assert "too short" in weak.json()["password"][0]
    used = admin.post("/api/v1/auth/password/", {"new": GOOD}, format="json")
    assert used.json()["password"] == ["You have used this password before; choose another one."]
    assert admin.post("/api/v1/auth/password/", {"new": GOOD + "2"}, format="json").status_code == 204
    assert User.objects.get(username="jo").check_password(GOOD + "2")
    admin.patch(SITE, {"to_set_up": False}, format="json")
    assert admin.post("/api/v1/auth/password/", {"new": GOOD + "3"}, format="json").status_code == 400


def test_a_viewer_cannot_use_the_first_steps_to_keep_a_session_they_found_open(person, client_of) -> None:
    ask_to_set_up()
    client = client_of(None)
    client.force_login(person("vi", "viewer"))
    assert client.post("/api/v1/auth/password/", {"new": GOOD}, format="json").status_code == 400


def test_a_volume_is_looked_at_added_instead_of_the_first_and_switched(admin, tmp_path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for place in (old, new):
        place.mkdir()
    (old / "eyrie-volume").write_text("old-1\n")
    Volume.objects.create(name="old", backend="local_disk", settings={"path": str(old)}, volume_id="old-1")
    room = admin.post(f"{VOLUMES}probe/", {"settings": {"path": str(new)}}, format="json").json()
    assert 0 < room["free"] <= room["total"]
    assert not list(new.iterdir())
    body = {"name": "new", "settings": {"path": str(new)}, "instead": True}
    made = admin.post(VOLUMES, body, format="json")
    assert made.status_code == 201
    assert [(row["name"], row["enabled"]) for row in made.json()["results"]] == [("old", False), ("new", True)]
    twice = admin.post(VOLUMES, {**body, "name": "again"}, format="json")
    assert "'new' already" in twice.json()["settings"]
    last = admin.patch(f"{VOLUMES}{Volume.objects.get(name='new').pk}/", {"enabled": False}, format="json")
    assert (last.status_code, list(last.json())) == (400, ["enabled"])


@pytest.mark.parametrize("path", ["/nowhere/at/all", "relative", ""])
def test_a_place_that_cannot_be_used_is_told_and_not_added(admin, path: str) -> None:
    for address in (VOLUMES, f"{VOLUMES}probe/"):
        answer = admin.post(address, {"name": "new", "settings": {"path": path}}, format="json")
        assert (answer.status_code, list(answer.json())) == (400, ["settings"])
    assert not Volume.objects.exists()
