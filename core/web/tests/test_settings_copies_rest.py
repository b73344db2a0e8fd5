"""Scheduled copies of settings over REST."""

import pytest

from core.backup.models import SettingsCopies, Target
from core.backup.tests.folder import Faults, hooks_of
from core.system.secrets import MASK

pytestmark = pytest.mark.django_db
COPIES = "/api/v1/system/configuration/copies/"
PASSPHRASE = "correct horse"  # noqa: S105  # of files that a test makes


@pytest.fixture
def target(register_temporarily, tmp_path) -> Target:
    register_temporarily(hooks_of(Faults(), resumes=True), "folder")
    return Target.objects.create(name="folder", kind="folder", settings={"path": str(tmp_path)})


def test_it_is_set_and_the_passphrase_never_comes_back(target: Target, person, client_of) -> None:
    admin = client_of(person("jo", "administrator"))
    assert admin.get(COPIES).json()["enabled"] is False
    body = {"enabled": True, "target": target.pk, "every": "week", "hour": 4, "keep": 5, "passphrase": PASSPHRASE}
    answer = admin.put(COPIES, body, format="json").json()
    assert (answer["passphrase"], answer["targets"]) == (MASK, [{"id": target.pk, "name": "folder"}])
    stored = SettingsCopies.objects.get().passphrase
    assert PASSPHRASE not in str(stored)
    admin.put(COPIES, body | {"passphrase": MASK, "keep": 6}, format="json")
    row = SettingsCopies.objects.get()
    assert (row.passphrase, row.keep) == (stored, 6)
    assert list(admin.put(COPIES, body | {"target": 99}, format="json").json()) == ["target"]
    assert list(admin.put(COPIES, body | {"hour": 24}, format="json").json()) == ["hour"]


def test_only_who_may_back_up_settings(person, client_of) -> None:
    operator = client_of(person("op", "operator"))
    assert [operator.get(COPIES).status_code, operator.post(f"{COPIES}now/").status_code] == [403, 403]


def test_one_is_asked_for(target: Target, person, client_of, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("core.web.rest.settings_copies.copy_settings_now", lambda *given: asked.append(given))
    assert client_of(person("jo", "administrator")).post(f"{COPIES}now/").status_code == 202
    assert asked[0][0] == "jo"
