"""Settings of plugins: defaults, checks, trial, secrets, migration."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, Level
from core.hookspecs.settings import SettingsSpec
from core.pluginhost import UnknownName
from core.system import plugin_settings
from core.system.models import AuditRow, PluginSettings
from core.system.plugin_settings import SettingsError
from core.system.secrets import MASK

pytestmark = pytest.mark.django_db
Offer = Callable[..., None]


class Mail(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = Field("localhost", title="Host", description="Mail server.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Of the account.")


@pytest.fixture
def offer(register_temporarily: Any) -> Offer:
    def make(**more: Any) -> None:
        spec = SettingsSpec(Mail, **more)
        register_temporarily(SimpleNamespace(register_settings=hookimpl(lambda: [spec])), "mail")

    return make


def stored() -> PluginSettings:
    return PluginSettings.objects.get(plugin="mail")


def test_defaults_until_something_is_saved(offer: Offer) -> None:
    offer()
    assert plugin_settings.load("mail") == Mail()


def test_saved_sealed_and_audited(offer: Offer) -> None:
    offer()
    plugin_settings.save("mail", {"host": "mx", "password": "geheim"}, actor="ann")
    assert plugin_settings.load("mail") == Mail(host="mx", password=SecretStr("geheim"))
    assert "geheim" not in str(stored().data)
    assert "geheim" not in str(AuditRow.objects.get().detail)
    assert AuditRow.objects.get().target == "plugin:mail"


def test_masked_secret_stays(offer: Offer) -> None:
    offer()
    plugin_settings.save("mail", {"password": "geheim"}, actor="ann")
    kept = plugin_settings.save("mail", {"host": "mx", "password": MASK}, actor="ann")
    assert kept == Mail(host="mx", password=SecretStr("geheim"))


def test_wrong_values_name_the_field_and_store_nothing(offer: Offer) -> None:
    offer()
    with pytest.raises(SettingsError, match=r"mail\.hots") as caught:
        plugin_settings.save("mail", {"hots": "mx"}, actor="ann")
    assert set(caught.value.fields) == {"hots"}
    assert not PluginSettings.objects.exists()


def test_trial_that_fails_stores_nothing(offer: Offer) -> None:
    offer(test=lambda mail: Health(Level.FAILED, f"{mail.host} refuses the connection; check the port."))
    with pytest.raises(SettingsError, match="mx refuses the connection"):
        plugin_settings.save("mail", {"host": "mx"}, actor="ann")
    assert not PluginSettings.objects.exists()


def test_trial_that_raises_stores_nothing(offer: Offer) -> None:
    def trial(mail: BaseModel) -> Health:
        raise ConnectionError("refused")

    offer(test=trial)
    with pytest.raises(SettingsError, match="ConnectionError: refused"):
        plugin_settings.save("mail", {}, actor="ann")


def test_older_settings_are_migrated(offer: Offer) -> None:
    PluginSettings.objects.create(plugin="mail", schema_version=1, data={"server": "mx"})
    offer(version=2, migrate=lambda version, values: {"host": values["server"]} if version == 1 else values)
    assert plugin_settings.load("mail") == Mail(host="mx")


def test_stored_settings_that_no_longer_fit_say_so(offer: Offer) -> None:
    PluginSettings.objects.create(plugin="mail", schema_version=1, data={"server": "mx"})
    offer()
    with pytest.raises(SettingsError, match=r"mail\.server"):
        plugin_settings.load("mail")


def test_schema_is_for_forms(offer: Offer) -> None:
    offer()
    schema = plugin_settings.schema("mail")
    assert schema["properties"]["host"]["title"] == "Host"
    assert schema["properties"]["password"]["writeOnly"] is True


def test_plugin_without_settings_is_unknown() -> None:
    with pytest.raises(UnknownName, match="known"):
        plugin_settings.load("nobody")
