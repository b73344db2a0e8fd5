"""Views are private or shared, and changed by who may."""

from typing import Any

import pytest

WALL = {"layout": "2x2", "tiles": [{"camera": 7}, {"camera": None}]}


@pytest.fixture
def everybody(db, person, client_of) -> dict[str, Any]:
    roles = {"ada": "administrator", "olaf": "operator", "vera": "viewer"}
    return {name: client_of(person(name, role)) for name, role in roles.items()}


def kept(client: Any, name: str = "Doors", **more: Any) -> Any:
    return client.post("/api/v1/views/", {"name": name, "arrangement": WALL, **more}, format="json")


def names(client: Any) -> list[str]:
    return [view["name"] for view in client.get("/api/v1/views/").json()["results"]]


def test_a_private_view_is_its_owners(everybody) -> None:
    made = kept(everybody["vera"])
    assert made.status_code == 201
    view = made.json()
    assert (view["owner"], view["mine"], view["changeable"], view["shared"]) == ("vera", True, True, False)
    assert [tile["camera"] for tile in view["arrangement"]["tiles"]] == [7, None]
    assert names(everybody["vera"]) == ["Doors"]
    assert names(everybody["ada"]) == []
    for method in ("patch", "delete"):
        assert getattr(everybody["ada"], method)(f"/api/v1/views/{view['id']}/").status_code == 404


def test_a_shared_view_is_everybodys_to_open_and_the_sharers_to_change(everybody) -> None:
    view = kept(everybody["olaf"], shared=True).json()
    assert names(everybody["vera"]) == ["Doors"]
    seen = everybody["vera"].get("/api/v1/views/").json()["results"][0]
    assert (seen["mine"], seen["changeable"], seen["arrangement"]) == (False, False, view["arrangement"])
    address = f"/api/v1/views/{view['id']}/"
    assert everybody["vera"].patch(address, {"name": "Mine"}, format="json").status_code == 403
    assert everybody["vera"].delete(address).status_code == 403
    assert everybody["ada"].patch(address, {"name": "Gates"}, format="json").json()["name"] == "Gates"
    assert everybody["olaf"].patch(address, {"shared": False}, format="json").json()["shared"] is False
    assert names(everybody["vera"]) == []
    assert everybody["olaf"].delete(address).status_code == 204
    assert names(everybody["olaf"]) == []


def test_sharing_takes_the_right_to(everybody) -> None:
    refused = kept(everybody["vera"], shared=True)
    assert refused.status_code == 403
    assert "share" in refused.json()["detail"]
    view = kept(everybody["vera"]).json()
    later = everybody["vera"].patch(f"/api/v1/views/{view['id']}/", {"shared": True}, format="json")
    assert later.status_code == 403


def test_what_is_wrong_is_said_by_field(everybody) -> None:
    kept(everybody["ada"])
    again = kept(everybody["ada"])
    assert again.status_code == 400
    assert "another name" in again.json()["name"][0]
    assert kept(everybody["olaf"]).status_code == 201  # a name is one's own
    full = {"layout": "1x1", "tiles": [{"camera": 1}, {"camera": 2}]}
    refused = everybody["ada"].post("/api/v1/views/", {"name": "Full", "arrangement": full}, format="json")
    assert refused.status_code == 400
    assert "1 tiles, not 2" in refused.json()["arrangement"][0]
    assert everybody["ada"].patch("/api/v1/views/99999/", {}, format="json").status_code == 404
