"""Plugins over REST: switched for the next start, and set."""

from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.configuration import configuration
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, Level
from core.hookspecs.settings import SettingsSpec
from core.pluginhost.switches import Switches
from core.system.models import AuditRow
from core.system.secrets import MASK

pytestmark = pytest.mark.django_db
DISK = "/api/v1/plugins/local_disk/"
MAIL = "/api/v1/plugins/mail/settings/"


class Mail(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = Field("localhost", title="Host", description="Mail server.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Of the account.")


def tried(settings: Mail) -> Health:
    return Health(Level.FAILED, "no mail there") if settings.host == "nowhere" else Health(Level.OK, "fine")


@pytest.fixture
def admin(person, client_of, register_temporarily):
    spec = SettingsSpec(Mail, test=tried)
    register_temporarily(SimpleNamespace(register_settings=hookimpl(lambda: [spec])), "mail")
    return client_of(person("jo", "administrator"))


@pytest.fixture
def own_switches(tmp_path, monkeypatch):
    """Switch files of this test alone."""
    monkeypatch.setattr(configuration(), "data", tmp_path)
    return Switches(tmp_path)


def test_a_plugin_is_switched_for_the_next_start(admin, own_switches) -> None:
    assert (admin.get(DISK).json()["enabled"], admin.get(DISK).json()["restart_needed"]) == (True, False)
    off = admin.patch(DISK, {"enabled": False}, format="json").json()
    assert (off["enabled"], off["restart_needed"], off["state"]) == (False, True, "loaded")
    assert own_switches.disabled() == ["local_disk"]
    on = admin.patch(DISK, {"enabled": True}, format="json").json()
    assert (on["enabled"], on["restart_needed"]) == (True, False)
    assert [row.action for row in AuditRow.objects.order_by("id")] == ["plugin.disable", "plugin.enable"]


def test_a_plugin_in_quarantine_begins_only_once_it_is_switched_on_again(admin, own_switches) -> None:
    own_switches.quarantine("local_disk", "broke the start")
    assert admin.get(DISK).json()["enabled"] is False
    assert admin.patch(DISK, {"enabled": True}, format="json").json()["enabled"] is True


def test_what_the_configuration_keeps_off_is_not_switched_on(admin, own_switches, monkeypatch) -> None:
    monkeypatch.setattr(configuration(), "plugins_disabled", ["local_disk"])
    answer = admin.patch(DISK, {"enabled": True}, format="json")
    assert "EYRIE_PLUGINS_DISABLED" in answer.json()["enabled"][0]
    assert own_switches.enabled() == []


def test_settings_come_masked_and_go_back_masked(admin) -> None:
    first = admin.get(MAIL).json()
    assert first["values"] == {"host": "localhost", "password": ""}
    assert first["schema"]["properties"]["host"]["title"] == "Host"
    saved = admin.put(MAIL, {"values": {"host": "mx", "password": "geheim"}}, format="json")
    assert saved.json()["values"] == {"host": "mx", "password": MASK}
    assert "geheim" not in admin.get(MAIL).content.decode()


@pytest.mark.parametrize(("values", "field"), [({"hots": "x"}, "hots"), ({"host": "nowhere"}, "")])
def test_settings_that_are_wrong_or_do_not_work_are_told_and_not_saved(admin, values: dict, field: str) -> None:
    answer = admin.put(MAIL, {"values": values}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert admin.get(MAIL).json()["values"]["host"] == "localhost"


def test_a_plugin_without_settings_and_an_unknown_one_have_none(admin) -> None:
    for address in (f"{DISK}settings/", "/api/v1/plugins/nobody/settings/", "/api/v1/plugins/nobody/"):
        assert admin.get(address).status_code == 404
